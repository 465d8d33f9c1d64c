import type { Prisma } from '@kronos/prisma-users';
import { loadRoleGraph } from '@kronos/prisma-users/access';
import { heirsOf, type RoleGraph } from '@kronos/prisma-users/role-graph';
import { connection, forbidden } from '@kronos/subgraph';
import type { QueryResolvers } from './__generated__/types.ts';
import { readAction, readThing } from './access.check.ts';
import { stillLive } from './access.facts.ts';
import { maySeeAll } from './acl.ts';
import type { Context } from './context.ts';
import { holding } from './role.rules.ts';

/** "Who can see this": the people who may do something with a thing, each with why. */
export const resourceSubjects: QueryResolvers['resourceSubjects'] = async (
  _parent,
  { input, ...args },
  context,
) => {
  const { db, viewer, ownersOf, access } = context;
  const action = readAction(input.action);
  const thing = readThing(input.resourceId);
  const ownerId = (await ownersOf([thing])).get(`${thing.type}:${thing.id}`) ?? null;
  if (!maySeeAll(context) && (ownerId === null || ownerId !== viewer?.userId))
    throw forbidden('Only its owner may ask who else has access.', { requiredScopes: [['acl:read']] });

  const page = await connection({
    delegate: db.user,
    args,
    where: await whoMay(action, thing, ownerId, context),
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });
  const checks = await access.checkAll(
    page.nodes.map(({ id: userId }) => ({ userId, action, resource: thing })),
  );
  return { ...page, edges: page.edges.map((edge, index) => ({ ...edge, check: checks[index]! })) };
};

/** What `decide` decides, as a condition for the database. */
async function whoMay(
  action: string,
  { type, id }: { type: string; id: string },
  ownerId: string | null,
  { db }: Pick<Context, 'db'>,
): Promise<Prisma.UserWhereInput> {
  const onThing: Prisma.AclEntryWhereInput = {
    AND: [
      { action, resourceType: type, OR: [{ resourceId: id }, { resourceId: null }] },
      stillLive(new Date()),
    ],
  };
  const [graph, forRoles] = await Promise.all([
    loadRoleGraph(db),
    db.aclEntry.findMany({ where: { AND: [onThing, { roleId: { not: null } }] } }),
  ]);
  const concernedBy = (effect: 'ALLOW' | 'DENY'): Prisma.UserWhereInput => {
    const entry = { AND: [onThing, { effect }] };
    const named = forRoles.flatMap((row) => (row.effect === effect ? row.roleId! : []));
    return {
      OR: [
        { aclEntries: { some: entry } },
        { groups: { some: { group: { aclEntries: { some: entry } } } } },
        holding(heirsOf(graph, named)),
      ],
    };
  };
  const owner: Prisma.UserWhereInput[] = ownerId ? [{ id: ownerId }] : [];
  return {
    AND: [
      { status: 'ACTIVE' },
      { NOT: concernedBy('DENY') },
      { OR: [...owner, concernedBy('ALLOW'), holding(rolesWith(graph, action))] },
    ],
  };
}

/** The roles that give a right, by themselves or because they inherit it. */
function rolesWith(graph: RoleGraph, scope: string): string[] {
  const giving = [...graph.values()].filter(({ permissions }) =>
    permissions.some((permission) => permission.scope === scope),
  );
  return heirsOf(
    graph,
    giving.map(({ id }) => id),
  );
}
