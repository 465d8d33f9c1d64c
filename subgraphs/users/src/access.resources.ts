import { Prisma } from '@kronos/prisma-users';
import { badUserInput, decodeId, encodeId } from '@kronos/subgraph';
import type { AccessibleResourcesInput, QueryResolvers } from './__generated__/types.ts';
import { readAction, readResourceType, refuseAboutOthers } from './access.check.ts';
import type { Decision } from './access.decide.ts';
import { aboutAnyOf, loadPeople } from './access.facts.ts';
import type { Context } from './context.ts';

/** A thing with the answer to whether someone may do something with it. */
export interface AccessibleResource {
  resourceId: string;
  check: Decision;
}

const [defaultPageSize, maxPageSize] = [20, 100];

/** "What can I see": the things of a type with which someone may do something, each with why. */
export const accessibleResources: QueryResolvers['accessibleResources'] = async (
  _parent,
  { input, first, after },
  context,
) => {
  const size = first ?? defaultPageSize;
  if (size < 1 || size > maxPageSize)
    throw badUserInput(`A page holds 1 to ${maxPageSize} items, not ${size}.`);
  const { userId, action, type } = readInput(input, context);
  const position = after ? decodeId(type, after) : null;
  const toCheck = (id: string | null) => ({ userId, action, resource: { type, id } });

  const [onAll] = await context.access.checkAll([toCheck(null)]);
  const things = onAll!.reason === 'DENIED' ? null : await thingsOf(userId, action, type, context);
  const ids = things
    ? await context.db.$queryRaw<{ id: string }[]>`
        ${things} AND (${position}::uuid IS NULL OR may.id > ${position}::uuid) ORDER BY may.id LIMIT ${size + 1}`
    : [];
  const page = ids.slice(0, size).map(({ id }) => id);
  const checks = await context.access.checkAll(page.map(toCheck));
  const nodes = page.map((id, index) => ({ resourceId: encodeId(type, id), check: checks[index]! }));
  return {
    everything: onAll!.allowed,
    edges: nodes.map((node) => ({ cursor: node.resourceId, node })),
    nodes,
    pageInfo: {
      hasNextPage: ids.length > size,
      hasPreviousPage: position !== null,
      startCursor: nodes[0]?.resourceId ?? null,
      endCursor: nodes.at(-1)?.resourceId ?? null,
    },
    totalCount: async () => (things ? count(things, context) : 0),
  };
};

function readInput({ subjectId, action, resourceType }: AccessibleResourcesInput, context: Context) {
  const userId = decodeId('user', subjectId);
  refuseAboutOthers(userId, context);
  return { userId, action: readAction(action), type: readResourceType(resourceType) };
}

/**
 * SQL for the ids of what is somebody's own or is shared with them, without what is kept from them; null when there is
 * nobody who is in use.
 */
async function thingsOf(userId: string, action: string, type: string, { db }: Context) {
  const person = (await loadPeople(db, [userId])).get(userId);
  if (!person?.isActive) return null;
  const [, groups, roles] = aboutAnyOf([person]).OR as [
    unknown,
    { groupId: { in: string[] } },
    { roleId: { in: string[] } },
  ];
  const mentioned = Prisma.sql`
    SELECT resource_id AS id FROM acl_entry
    WHERE resource_type = ${type} AND action = ${action} AND resource_id IS NOT NULL
      AND (expires_at IS NULL OR expires_at > now())
      AND (user_id = ${userId}::uuid OR group_id = ANY(${groups.groupId.in}::uuid[])
        OR role_id = ANY(${roles.roleId.in}::uuid[]))`;
  return Prisma.sql`
    SELECT may.id FROM (
      ${mentioned} AND effect = 'ALLOW'
      UNION SELECT resource_id FROM resource_owner WHERE owner_id = ${userId}::uuid AND resource_type = ${type}
      UNION SELECT ${userId}::uuid WHERE ${type} = 'user'
    ) may WHERE may.id NOT IN (${mentioned} AND effect = 'DENY')`;
}

async function count(things: Prisma.Sql, { db }: Context): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`SELECT count(*)::int FROM (${things}) things`;
  return row!.count;
}
