import { connection, decodeId, encodeId, requireCaller, tryDecodeId } from '@kronos/subgraph';
import type { GenerationJobResolvers, QueryResolvers } from './__generated__/types.ts';
import { toGraph, toStored } from './states.ts';

/** Reading jobs; writing them is in `animation.generate.ts` and the siblings of this file. */
export const generationJobQueries: Pick<QueryResolvers, 'generationJob' | 'generationJobs'> = {
  generationJob: (_parent, { id }, context) => {
    requireCaller(context);
    return context.loaders.generationJob.load(decodeId('generation_job', id));
  },
  generationJobs: (_parent, { status, ...args }, { db }) =>
    connection({
      delegate: db.generationJob,
      args,
      where: status ? { status: toStored(status) } : {},
      orderBy: [{ field: 'createdAt', direction: 'ASC' }],
    }),
};

export const GenerationJob: GenerationJobResolvers = {
  __resolveReference({ id }, { loaders }) {
    const uuid = tryDecodeId('generation_job', id);
    return uuid === null ? null : loaders.generationJob.load(uuid);
  },
  id: ({ id }) => encodeId('generation_job', id),
  project: ({ projectId }, _args, { loaders }) => loaders.project.load(projectId),
  status: ({ status }) => toGraph(status),
  parameters: ({ parameters }) => parameters as Record<string, unknown>,
  result: ({ resultAssetId }, _args, { loaders }) =>
    resultAssetId ? loaders.mediaAsset.load(resultAssetId) : null,
  requestedBy: ({ requestedBy }) => (requestedBy ? { id: requestedBy } : null),
};
