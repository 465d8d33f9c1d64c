import { connection, decodeId, encodeId, requireCaller, tryDecodeId } from '@kronos/subgraph';
import type { ProjectResolvers, QueryResolvers } from './__generated__/types.ts';
import { listProjects } from './project.list.ts';
import { similar } from './project.similar.ts';
import { toGraph } from './states.ts';

const latestFirst = [{ field: 'createdAt', direction: 'DESC' as const }];
const oldestFirst = [{ field: 'createdAt', direction: 'ASC' as const }];

/** Reading projects; writing them is in `project.create.ts` and its siblings. */
export const projectQueries: Pick<QueryResolvers, 'project' | 'projects'> = {
  project: (_parent, { id }, context) => {
    requireCaller(context);
    return context.loaders.project.load(decodeId('project', id));
  },
  projects: (_parent, args, context) => listProjects(args, context),
};

/** Whoever sees a project sees all that belongs to it. */
export const Project: ProjectResolvers = {
  __resolveReference({ id }, { loaders }) {
    const uuid = tryDecodeId('project', id);
    return uuid === null ? null : loaders.project.load(uuid);
  },
  id: ({ id }) => encodeId('project', id),
  owner: ({ userId }) => ({ id: userId }),
  status: ({ status }) => toGraph(status),
  parameters: ({ parameters }) => parameters as Record<string, unknown>,
  mediaAssets: ({ id }, args, { db }) =>
    connection({ delegate: db.mediaAsset, args, where: { projectId: id }, orderBy: oldestFirst }),
  analyses: ({ id }, args, { db }) =>
    connection({ delegate: db.contentAnalysis, args, where: { projectId: id }, orderBy: latestFirst }),
  scenes: ({ id }, args, { db }) =>
    connection({
      delegate: db.scene,
      args,
      where: { projectId: id },
      orderBy: [{ field: 'position', direction: 'ASC' }],
    }),
  generationJobs: ({ id }, args, { db }) =>
    connection({ delegate: db.generationJob, args, where: { projectId: id }, orderBy: latestFirst }),
  similar,
  versions: ({ id }, args, { db }) =>
    connection({
      delegate: db.projectVersion,
      args,
      where: { projectId: id },
      orderBy: [{ field: 'number', direction: 'DESC' }],
    }),
};
