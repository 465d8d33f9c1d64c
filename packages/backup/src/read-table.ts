import { Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { createMeter } from './databases/copy.ts';
import { BackupFault } from './faults.ts';
import { decryptFrames } from './format/frames.ts';
import type { BackupKeys } from './format/keys.ts';
import type { BackedUpTable } from './format/manifest.ts';
import type { BackupStorage } from './storage/storage.ts';

/**
 * The rows of a table out of a backup, as COPY wrote them. Whoever reads them to their end knows that the file and what it holds
 * are what the manifest says.
 *
 * @throws BackupFault MISSING, TRUNCATED or ALTERED, at the latest at the end
 */
export async function* readTable(options: {
  storage: BackupStorage;
  id: string;
  keys: BackupKeys;
  table: BackedUpTable;
}): AsyncGenerator<Buffer> {
  const { storage, id, keys, table } = options;
  if (!table.file) return;
  const { name, bytes, sha256 } = table.file;
  const stored = createMeter();
  const content = createMeter();
  const source = await storage.read(id, name);
  const decrypted = decryptFrames(stored.through(source as AsyncIterable<Buffer>), keys.ofFile(name), name);
  yield* content.through(decompress(decrypted));
  const [file, rows] = [stored.result(), content.result()];
  if (file.bytes !== bytes || file.sha256 !== sha256)
    throw new BackupFault('ALTERED', `${name} is not the file of which the manifest tells`);
  if (rows.bytes !== table.bytes || rows.sha256 !== table.contentSha256)
    throw new BackupFault('ALTERED', `${name} does not hold the rows of which the manifest tells`);
}

async function* decompress(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(content, { objectMode: true, highWaterMark: 4 });
  const decompressor = createZstdDecompress({ chunkSize: 256 * 1024 });
  // The first fault counts: what a fault of the source makes of the decompression says nothing.
  source.once('error', (error) => decompressor.destroy(error));
  decompressor.once('close', () => source.destroy());
  yield* source.pipe(decompressor) as AsyncIterable<Buffer>;
}
