import type { EventLog } from '@kronos/events';
import type { AclEntry, PrismaClient, User } from '@kronos/prisma-users';
import { type RequestContext, rowLoader } from '@kronos/subgraph';
import type { AccessChecker } from './access.checker.ts';
import type { Resource } from './access.decide.ts';
import { loadOwners } from './access.facts.ts';
import { entriesSeen } from './acl.ts';
import { createLoaders, createNodes, type Loaders, type Nodes } from './loaders.ts';

/** What the process has once, for all requests. */
export interface Dependencies {
  db: PrismaClient;
  log: EventLog;
  /** Resolves when everyone who had signed up at the call has their profile; shared by all who ask. */
  catchUp: () => Promise<void>;
  /** By type, resolves when every thing whose owner was announced before the call has that owner here; shared as well. */
  catchUpWithOwners: ReadonlyMap<string, () => Promise<void>>;
  access: AccessChecker;
  /** After a write that may have affected more people than its transaction announced. */
  announceSoon: () => void;
}

/** What a resolver gets. */
export interface Context extends RequestContext {
  db: PrismaClient;
  log: EventLog;
  loaders: Loaders & {
    /** Entries that the caller may see. */
    aclEntry: ReturnType<typeof rowLoader<AclEntry>>;
  };
  nodes: Nodes;
  access: AccessChecker;
  /**
   * Whose things are, by `<type>:<id>`, also those that were made a moment ago; all things of a type are nobody's.
   *
   * @throws SERVICE_UNAVAILABLE when the owner of one is not known, and the event log is away
   */
  ownersOf(resources: readonly Resource[]): Promise<Map<string, string>>;
  announceSoon: () => void;
  /**
   * The profile of a person, even when they have signed up a moment ago and the event is still on its way.
   *
   * @param userId a UUID
   * @returns null when there is certainly nobody of this id
   * @throws SERVICE_UNAVAILABLE when that cannot be told, because the event log is away
   */
  findUser(userId: string): Promise<User | null>;
}

/** The context of one request, or of one event of a subscription. */
export function createContext(dependencies: Dependencies, request: RequestContext): Context {
  const { db, log, catchUp, catchUpWithOwners, announceSoon, access } = dependencies;
  const ownersOf = async (resources: readonly Resource[]) => {
    const known = await loadOwners(db, resources);
    const unknown = resources.filter(({ type, id }) => id !== null && !known.has(`${type}:${id}`));
    if (unknown.length === 0) return known;
    // Things of other types have no owners here.
    const types = new Set(unknown.map(({ type }) => type));
    await Promise.all([...types].map((type) => catchUpWithOwners.get(type)?.()));
    return loadOwners(db, resources);
  };
  const loaders = {
    ...createLoaders(db, request.viewer),
    aclEntry: rowLoader(async (ids) =>
      entriesSeen(await db.aclEntry.findMany({ where: { id: { in: [...ids] } } }), {
        ...request,
        db,
        ownersOf,
      }),
    ),
  };
  return {
    ...{ ...request, db, log, loaders, access, ownersOf, announceSoon },
    nodes: createNodes(db, loaders),
    async findUser(userId) {
      const known = await loaders.user.load(userId);
      if (known) return known;

      await catchUp();
      loaders.user.clear(userId);
      return loaders.user.load(userId);
    },
  };
}
