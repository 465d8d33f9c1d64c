import { appendToOutbox } from '@kronos/events';
import type { AclEntry, Prisma, PrismaClient } from '@kronos/prisma-users';
import { announceAccess, loadRoleGraph, lockUsers, shareAccess } from '@kronos/prisma-users/access';
import { announceAffected } from '@kronos/prisma-users/announce-due';
import { heirsOf } from '@kronos/prisma-users/role-graph';
import {
  mutation,
  newId,
  refuseImpersonator,
  scopesOf,
  tryDecodeId,
  userFaults,
  validInput,
} from '@kronos/subgraph';
import type { MutationAclEntryGrantArgs, MutationAclEntryRevokeArgs } from './__generated__/types.ts';
import type { Resource, Subject } from './access.decide.ts';
import { subjectOf } from './access.facts.ts';
import { grantShape, maxEntriesPerThing, toSubject } from './acl.rules.ts';
import type { Context } from './context.ts';
import { beyondCaller, fault } from './faults.ts';
import { basicRole } from './role.rules.ts';

/** Shares something with someone, or keeps it from them. */
export const aclEntryGrant = mutation(
  async (_parent: unknown, { input }: MutationAclEntryGrantArgs, context: Context) => {
    refuseImpersonator(context.viewer);
    const { resource, ...wanted } = validInput(grantShape(new Date()), input);
    await refuseStrangers(context, resource, ['input', resource.id ? 'resourceId' : 'resourceType']);
    await refuseRightsOfRoles(context, wanted.action);
    const subject = await findSubject(context, wanted.subjectId);
    await refuseRoles(context, subject);

    const key = {
      ...{ userId: null, roleId: null, groupId: null, [`${subject.kind}Id`]: subject.id },
      ...{ action: wanted.action, effect: wanted.effect },
      ...{ resourceType: resource.type, resourceId: resource.id },
    };
    const aclEntry = await context.db.$transaction(async (tx) => {
      await shareAccess(tx);
      const entry = await writeEntry(tx, key, wanted.expiresAt, context.viewer?.userId ?? null);
      await announceEntry(tx, entry, false);
      return entry;
    });
    afterWrite(context);
    return { aclEntry };
  },
);

/** Takes an entry back. */
export const aclEntryRevoke = mutation(
  async (_parent: unknown, { id }: MutationAclEntryRevokeArgs, context: Context) => {
    refuseImpersonator(context.viewer);
    const entryId = tryDecodeId('acl_entry', id);
    const seen = entryId && (await context.loaders.aclEntry.load(entryId));
    if (!seen) return userFaults(noSuchEntry);
    await refuseStrangers(context, { type: seen.resourceType, id: seen.resourceId }, ['id']);

    await context.db.$transaction(async (tx) => {
      await shareAccess(tx);
      const { count } = await tx.aclEntry.deleteMany({ where: { id: seen.id } });
      if (count === 0) userFaults(noSuchEntry);
      await announceEntry(tx, seen, true);
    });
    afterWrite(context);
    return { aclEntry: seen };
  },
);

const noSuchEntry = fault('NOT_FOUND', 'There is no such entry.', ['id']);

/** Only holders of `acl:write` share what is not their own, and all things of a type are nobody's own. */
async function refuseStrangers(context: Context, resource: Resource, field: string[]): Promise<void> {
  if (scopesOf(context)?.has('acl:write')) return;
  const owners = await context.ownersOf([resource]);
  const isOwner =
    context.viewer && resource.id && owners.get(`${resource.type}:${resource.id}`) === context.viewer.userId;
  if (!isOwner) userFaults(fault('FORBIDDEN', 'Only its owner may share this.', field));
}

/**
 * A right that roles give is for all things, and checked by scopes: an entry about it would say what nobody asks, or give
 * what its author does not have.
 */
async function refuseRightsOfRoles(context: Context, action: string): Promise<void> {
  if (await context.db.permission.findUnique({ where: { scope: action } }))
    userFaults(fault('INVALID', 'This is a right of roles: give a role.', ['input', 'action']));
}

/** An entry for a role is announced to everyone who holds it: owners share with people and groups, and with everybody. */
async function refuseRoles(context: Context, { kind, id }: Subject): Promise<void> {
  if (kind !== 'role' || scopesOf(context)?.has('acl:write')) return;
  const role = await context.loaders.role.load(id);
  if (role?.name !== basicRole) userFaults(beyondCaller(['input', 'subjectId'], ['acl:write']));
}

async function findSubject(context: Context, id: string): Promise<Subject> {
  const subject = toSubject(id);
  const row = subject && (await load(context, subject));
  if (!row) return userFaults(fault('NOT_FOUND', 'There is no such subject.', ['input', 'subjectId']));
  return subject;
}

async function load({ loaders, findUser }: Context, { kind, id }: Subject): Promise<object | null> {
  if (kind !== 'user') return loaders[kind].load(id);
  const user = await findUser(id);
  return user?.status === 'ERASED' ? null : user;
}

type EntryKey = Pick<
  AclEntry,
  'userId' | 'roleId' | 'groupId' | 'action' | 'effect' | 'resourceType' | 'resourceId'
>;

/** Of two who grant the same at the same moment the second changes when it ends. */
async function writeEntry(
  tx: Prisma.TransactionClient,
  key: EntryKey,
  expiresAt: Date | null,
  grantedById: string | null,
): Promise<AclEntry> {
  const { resourceType, resourceId } = key;
  if (resourceId && (await tx.aclEntry.count({ where: { resourceType, resourceId } })) >= maxEntriesPerThing)
    userFaults(
      fault('LIMIT_REACHED', `There are ${maxEntriesPerThing} entries on this.`, ['input', 'resourceId']),
    );
  const data = [{ id: newId(), ...key, expiresAt, grantedById }];
  const [made] = await tx.aclEntry.createManyAndReturn({ data, skipDuplicates: true });
  if (made) return made;
  const [changed] = await tx.aclEntry.updateManyAndReturn({ where: key, data: { expiresAt } });
  return changed ?? userFaults(fault('CONFLICT', 'It has just been taken back.', ['input']));
}

/**
 * Takes entries back that have ended: they count against no limit, and the domains that keep entries forget them.
 *
 * @returns how many it were, at most a hundred
 */
export async function revokeEnded(db: PrismaClient, now: Date): Promise<number> {
  return db.$transaction(async (tx) => {
    await shareAccess(tx);
    // Those that another process is about to take back are left to it.
    const locked = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM acl_entry WHERE expires_at <= ${now} ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED`;
    const where = { id: { in: locked.map(({ id }) => id) } };
    const ended = await tx.aclEntry.findMany({ where });
    await tx.aclEntry.deleteMany({ where });
    for (const entry of ended) await announceEntry(tx, entry, true);
    return ended.length;
  });
}

/** Tells the domains that keep entries, and everyone whom it concerns but those of a role that all have. */
export async function announceEntry(
  tx: Prisma.TransactionClient,
  entry: AclEntry,
  isRevoked: boolean,
): Promise<void> {
  const { kind, id } = subjectOf(entry);
  const graph = await loadRoleGraph(tx);
  const name = kind === 'role' ? graph.get(id)!.name : id;
  await appendToOutbox(tx, 'aclEntryChanged', {
    ...{ entryId: entry.id, subject: `${kind}:${name}`, action: entry.action, effect: entry.effect },
    ...{ resourceType: entry.resourceType, resourceId: entry.resourceId },
    ...{ expiresAt: entry.expiresAt?.toISOString() ?? null, isRevoked },
  });
  if (kind === 'user') {
    await lockUsers(tx, [id]);
    await announceAccess(tx, id);
  } else if (kind === 'group') await announceAffected(tx, { groupIds: [id] });
  else if (name !== basicRole) await announceAffected(tx, { roleIds: heirsOf(graph, [id]) });
}

function afterWrite({ loaders, access, announceSoon }: Context): void {
  loaders.aclEntry.clearAll();
  access.forgetAll();
  announceSoon();
}
