import type { EventLog } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-projects';
import { type Access, loadAccess, type RequestContext, requirePerson, type Viewer } from '@kronos/subgraph';
import { createLoaders, type Loaders } from './loaders.ts';
import type { Similarity } from './similarity.ts';

/** What the process has once, for all requests. */
export interface Dependencies {
  db: PrismaClient;
  log: EventLog;
  /** Null where no vector store is set. */
  similarity: Similarity | null;
}

/** What every resolver of this domain works with. */
export interface Context extends RequestContext, Dependencies {
  /** Rows, already limited to what the caller may see. */
  loaders: Loaders;
  /** What entries of the access control list say to the viewer; read once, when it is first needed. */
  access(): Promise<Access>;
}

/** The context of one request, or of one event of a subscription. */
export function createContext(dependencies: Dependencies, request: RequestContext): Context {
  const { db } = dependencies;
  let loading: Promise<Access> | undefined;
  const access = () => {
    loading ??= loadAccess(db, request.viewer);
    return loading;
  };
  return { ...request, ...dependencies, access, loaders: createLoaders(dependencies, request, access) };
}

/**
 * The viewer of a field that the schema keeps from anonymous callers and services.
 *
 * @throws UNAUTHENTICATED or FORBIDDEN when there is none all the same
 */
export function viewerOf(context: RequestContext): Viewer {
  return requirePerson(context);
}
