import type { AclEntry as AclEntryRow, Prisma } from '@kronos/prisma-users';
import { badUserInput, connection, encodeId, forbidden, scopesOf, tryDecodeId } from '@kronos/subgraph';
import type { AclEntryFilter, AclEntryResolvers, QueryResolvers } from './__generated__/types.ts';
import { keyOf } from './access.decide.ts';
import { loadPeople, stillLive, subjectOf } from './access.facts.ts';
import { nodeOf } from './access.node.ts';
import { isResourceType, toSubject, toThing } from './acl.rules.ts';
import type { Context } from './context.ts';

/** Entries in pages, for those who may see all or who name what is theirs. */
export const aclEntries: QueryResolvers['aclEntries'] = async (_parent, { filter, ...args }, context) => {
  await refuseWhatIsOthers(filter, context);
  return connection({
    delegate: context.db.aclEntry,
    args,
    where: toAclWhere(filter, new Date()),
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });
};

export const AclEntry: AclEntryResolvers = {
  __resolveReference: ({ id }, { loaders }) => {
    const entryId = tryDecodeId('acl_entry', id);
    return entryId ? loaders.aclEntry.load(entryId) : null;
  },
  id: ({ id }) => encodeId('acl_entry', id),
  subject: (row, _args, context) => nodeOf(subjectOf(row), context),
  resourceId: ({ resourceType, resourceId }) => resourceId && encodeId(resourceType, resourceId),
  grantedBy: ({ grantedById }, _args, { loaders }) => (grantedById ? loaders.user.load(grantedById) : null),
};

/** Those of some entries that the caller may see: all, those on a thing of theirs, and those about what they are. */
export async function entriesSeen(
  rows: AclEntryRow[],
  context: Pick<Context, 'viewer' | 'service' | 'db' | 'ownersOf'>,
): Promise<AclEntryRow[]> {
  const { viewer, db, ownersOf } = context;
  if (maySeeAll(context)) return rows;
  if (!viewer || rows.length === 0) return [];
  const person = (await loadPeople(db, [viewer.userId])).get(viewer.userId);
  const owners = await ownersOf(rows.map((row) => ({ type: row.resourceType, id: row.resourceId })));
  return rows.filter(
    (row) =>
      person?.ways.has(keyOf(subjectOf(row))) ||
      owners.get(`${row.resourceType}:${row.resourceId}`) === viewer.userId,
  );
}

/** Whether the caller may see all entries, and ask what others may do. */
export function maySeeAll(caller: Pick<Context, 'viewer' | 'service'>): boolean {
  const scopes = scopesOf(caller);
  return Boolean(scopes?.has('acl:read') || scopes?.has('acl:write'));
}

async function refuseWhatIsOthers(
  filter: AclEntryFilter | null | undefined,
  context: Context,
): Promise<void> {
  if (maySeeAll(context)) return;
  const { viewer, db, ownersOf } = context;
  const subject = filter?.subjectId ? toSubject(filter.subjectId) : null;
  if (viewer && subject) {
    const person = (await loadPeople(db, [viewer.userId])).get(viewer.userId);
    if (person?.ways.has(keyOf(subject))) return;
  }
  const thing = filter?.resourceId ? toThing(filter.resourceId) : null;
  if (viewer && thing) {
    const owners = await ownersOf([thing]);
    if (owners.get(`${thing.type}:${thing.id}`) === viewer.userId) return;
  }
  throw forbidden('Name yourself as the subject, or a thing of your own as the resource.', {
    requiredScopes: [['acl:read']],
  });
}

function toAclWhere(filter: AclEntryFilter | null | undefined, now: Date): Prisma.AclEntryWhereInput {
  if (!filter) return {};
  const { subjectId, resourceId, resourceType, action, effect, live } = filter;
  const conditions: Prisma.AclEntryWhereInput[] = [];
  if (subjectId) {
    const subject = toSubject(subjectId);
    if (!subject) throw badUserInput(`“${subjectId}” is no id of a User, a Role or a Group.`);
    conditions.push({ [`${subject.kind}Id`]: subject.id });
  }
  if (resourceId) {
    const thing = toThing(resourceId);
    if (!thing) throw badUserInput(`“${resourceId}” is no id.`);
    conditions.push({ resourceType: thing.type, resourceId: thing.id });
  }
  if (resourceType) {
    if (!isResourceType(resourceType)) throw badUserInput(`Ids of no type begin with “${resourceType}”.`);
    conditions.push({ resourceType });
  }
  if (action?.includes('\0')) throw badUserInput('An action has no NUL character.');
  if (action) conditions.push({ action });
  if (effect) conditions.push({ effect });
  if (typeof live === 'boolean') conditions.push(live ? stillLive(now) : { NOT: stillLive(now) });
  return { AND: conditions };
}
