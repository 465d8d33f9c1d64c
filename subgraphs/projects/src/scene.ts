import { encodeId, tryDecodeId } from '@kronos/subgraph';
import type { SceneResolvers } from './__generated__/types.ts';

export const Scene: SceneResolvers = {
  __resolveReference({ id }, { loaders }) {
    const uuid = tryDecodeId('scene', id);
    return uuid === null ? null : loaders.scene.load(uuid);
  },
  id: ({ id }) => encodeId('scene', id),
  project: ({ projectId }, _args, { loaders }) => loaders.project.load(projectId),
  confidenceScore: ({ confidenceScore }) => confidenceScore && Number(confidenceScore),
  asset: ({ assetId }, _args, { loaders }) => (assetId ? loaders.mediaAsset.load(assetId) : null),
  analysis: ({ analysisId }, _args, { loaders }) =>
    analysisId ? loaders.contentAnalysis.load(analysisId) : null,
};
