import type { MediaAsset, Prisma } from '@kronos/prisma-projects';
import { newId, userFaults } from '@kronos/subgraph';
import { fault } from './faults.ts';
import { isNamedLike, kindOf, type MediaFile, type MediaKind, supportedTypes } from './media-asset.rules.ts';

/**
 * What a file is, by its type.
 *
 * @param path where the file stands among the mutation's arguments
 * @throws the user fault UNSUPPORTED_FILE
 */
export function kindOrFault(file: MediaFile, path: string[]): MediaKind {
  const kind = kindOf(file.contentType);
  if (!kind)
    return userFaults(
      fault(
        'UNSUPPORTED_FILE',
        `Files of the type “${file.contentType}” cannot be worked with.`,
        [...[...path, 'contentType']],
        { supported: supportedTypes },
      ),
    );
  if (!isNamedLike(file.name, file.contentType))
    userFaults(fault('UNSUPPORTED_FILE', 'The name is that of a file of another type.', [...path, 'name']));
  return kind;
}

/** Writes what is known of a file. */
export async function insertFile(
  tx: Prisma.TransactionClient,
  projectId: string,
  file: MediaFile,
  kind: MediaKind,
): Promise<MediaAsset> {
  const { name, contentType, checksum, metadata, path, assetType, sizeBytes } = file;
  return tx.mediaAsset.create({
    data: {
      ...{ id: newId(), projectId, assetType: assetType ?? kind, filePath: path, sizeBytes },
      metadata: {
        ...(metadata as Prisma.JsonObject | null | undefined),
        ...{ file_name: name, content_type: contentType },
        ...(checksum && { checksum }),
      },
    },
  });
}
