import type { MediaAsset as MediaAssetRow } from '@kronos/prisma-projects';
import { decodeId, encodeId, requireCaller, tryDecodeId } from '@kronos/subgraph';
import type { MediaAssetResolvers, QueryResolvers } from './__generated__/types.ts';

/** Reading what is known of files; writing it is in `project.import.ts` and `media-asset.add.ts`. */
export const mediaAssetQueries: Pick<QueryResolvers, 'mediaAsset'> = {
  mediaAsset: (_parent, { id }, context) => {
    requireCaller(context);
    return context.loaders.mediaAsset.load(decodeId('media_asset', id));
  },
};

export const MediaAsset: MediaAssetResolvers = {
  __resolveReference({ id }, { loaders }) {
    const uuid = tryDecodeId('media_asset', id);
    return uuid === null ? null : loaders.mediaAsset.load(uuid);
  },
  id: ({ id }) => encodeId('media_asset', id),
  project: ({ projectId }, _args, { loaders }) => loaders.project.load(projectId),
  fileName: (row) => noted(row, 'file_name'),
  contentType: (row) => noted(row, 'content_type'),
  checksum: (row) => noted(row, 'checksum'),
  metadata: ({ metadata }) => {
    const { file_name, content_type, checksum, ...others } = objectOf(metadata);
    return others;
  },
};

/** Rows may have been written by others, too, who may have noted anything. */
function noted({ metadata }: MediaAssetRow, name: string): string | null {
  const value = objectOf(metadata)[name];
  return typeof value === 'string' ? value : null;
}

function objectOf(metadata: unknown): Record<string, unknown> {
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  return isObject ? (metadata as Record<string, unknown>) : {};
}
