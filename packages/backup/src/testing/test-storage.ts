import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { createFolderStorage } from '../storage/folder.ts';
import { createS3Storage } from '../storage/s3.ts';
import type { BackupStorage } from '../storage/storage.ts';

/** A storage that is empty, and where its files lie. */
export interface TestStorage extends AsyncDisposable {
  storage: BackupStorage;
  folder: string;
}

/** A folder of its own. */
export async function folderStorage(): Promise<TestStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'kronos-backups-'));
  return {
    storage: createFolderStorage(folder),
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A bucket of a server of its own that speaks S3. */
export async function s3Storage(prefix = 'kronos/backups'): Promise<TestStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'kronos-s3-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'bucket' }],
  });
  const { port } = (await server.run()) as AddressInfo;
  const client = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  };
  return {
    storage: createS3Storage({ bucket: 'bucket', prefix, client }),
    folder,
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
