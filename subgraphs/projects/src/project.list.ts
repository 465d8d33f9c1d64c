import type { Prisma } from '@kronos/prisma-projects';
import { connection, decodeId, toWhere } from '@kronos/subgraph';
import type {
  ProjectFilter,
  ProjectOrderBy,
  ProjectOrderField,
  ProjectStatus,
  ProjectStatusFilter,
  QueryProjectsArgs,
} from './__generated__/types.ts';
import type { Context } from './context.ts';
import { seenBy } from './project.visibility.ts';
import { toStored } from './states.ts';

const orderColumns: Record<ProjectOrderField, string> = {
  CREATED_AT: 'createdAt',
  UPDATED_AT: 'updatedAt',
  TITLE: 'title',
};

/**
 * Projects that the caller may see, in pages.
 *
 * @param among conditions beside those of the filter
 */
export async function listProjects(
  { filter, orderBy, ...args }: Partial<QueryProjectsArgs>,
  context: Context,
  among: Prisma.ProjectWhereInput = {},
) {
  const seen = seenBy(context, await context.access());
  return connection({
    delegate: context.db.project,
    args,
    where: { AND: [seen, among, projectWhere(filter)] },
    orderBy: projectOrder(orderBy),
  });
}

function projectOrder(orderBy: readonly ProjectOrderBy[] | null | undefined) {
  if (!orderBy?.length) return [{ field: 'createdAt', direction: 'DESC' as const }];
  return orderBy.map(({ field, direction = 'ASC' }) => ({ field: orderColumns[field], direction }));
}

function projectWhere(filter: ProjectFilter | null | undefined): Prisma.ProjectWhereInput {
  return toWhere(filter, {
    title: 'title',
    ownerId: { column: 'userId', decode: (id) => decodeId('user', id) },
    status: (status: ProjectStatusFilter) => statusWhere(status),
    createdAt: 'createdAt',
    updatedAt: 'updatedAt',
  });
}

function statusWhere({ eq, in: among }: ProjectStatusFilter): Prisma.ProjectWhereInput {
  const stored = (statuses: readonly ProjectStatus[]) => ({ status: { in: statuses.map(toStored) } });
  return { AND: [eq ? stored([eq]) : {}, among ? stored(among) : {}] };
}
