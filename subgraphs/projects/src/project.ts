import { connection, decodeId, encodeId, toWhere, tryDecodeId } from '@kronos/subgraph';
import type { ProjectOrderField, ProjectResolvers, QueryResolvers } from './__generated__/types.ts';

/** One project. */
export const project: QueryResolvers['project'] = (_parent, { id }, { loaders }) =>
  loaders.project.load(decodeId('project', id));

/** Projects in pages. */
export const projects: QueryResolvers['projects'] = (_parent, { filter, orderBy, ...args }, { db }) =>
  connection({
    delegate: db.project,
    args,
    where: toWhere(filter, { title: 'title', createdAt: 'createdAt' }),
    orderBy: orderBy?.map(({ field, direction }) => ({
      field: columns[field],
      direction: direction ?? 'ASC',
    })) ?? [{ field: 'createdAt', direction: 'DESC' }],
  });

export const Project: ProjectResolvers = {
  __resolveReference: ({ id }, { loaders }) => {
    const projectId = tryDecodeId('project', id);
    return projectId ? loaders.project.load(projectId) : null;
  },
  id: ({ id }) => encodeId('project', id),
};

const columns: Record<ProjectOrderField, string> = { CREATED_AT: 'createdAt', TITLE: 'title' };
