import { connection, decodeId, encodeId, requireCaller, tryDecodeId } from '@kronos/subgraph';
import type { ContentAnalysisResolvers, QueryResolvers } from './__generated__/types.ts';
import { toGraph, toStored } from './states.ts';

/** Reading analyses; writing them is in `content-analysis.request.ts` and `content-analysis.complete.ts`. */
export const contentAnalysisQueries: Pick<QueryResolvers, 'contentAnalysis' | 'contentAnalyses'> = {
  contentAnalysis: (_parent, { id }, context) => {
    requireCaller(context);
    return context.loaders.contentAnalysis.load(decodeId('content_analysis', id));
  },
  contentAnalyses: (_parent, { status, ...args }, { db }) =>
    connection({
      delegate: db.contentAnalysis,
      args,
      where: status ? { status: toStored(status) } : {},
      orderBy: [{ field: 'createdAt', direction: 'ASC' }],
    }),
};

export const ContentAnalysis: ContentAnalysisResolvers = {
  __resolveReference({ id }, { loaders }) {
    const uuid = tryDecodeId('content_analysis', id);
    return uuid === null ? null : loaders.contentAnalysis.load(uuid);
  },
  id: ({ id }) => encodeId('content_analysis', id),
  project: ({ projectId }, _args, { loaders }) => loaders.project.load(projectId),
  status: ({ status }) => toGraph(status),
  parameters: ({ parameters }) => parameters as Record<string, unknown>,
  result: ({ result }) => result as Record<string, unknown>,
  confidenceScore: ({ confidenceScore }) => confidenceScore && Number(confidenceScore),
};
