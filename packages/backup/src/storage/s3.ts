import { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { BackupFault } from '../faults.ts';
import { manifestFile } from '../format/manifest.ts';
import { abandonedMs, type BackupStorage, backupIdPattern, rememberedFolder } from './storage.ts';

/** Of a file of unknown length S3 takes 10,000 parts at most: with these it may have 160 GB. Four of them are in memory. */
const partBytes = 16 * 1024 * 1024;

/**
 * Backups in a bucket of S3, or of whatever speaks its language. A backup is there when its manifest is: it is written last
 * and removed first.
 *
 * @param prefix what the names of objects begin with, without a slash at its end; empty for the whole bucket
 */
export function createS3Storage(options: {
  bucket: string;
  prefix: string;
  client?: S3ClientConfig;
}): BackupStorage {
  const { bucket: Bucket, prefix } = options;
  // The checksums that newer clients add by themselves are unknown to many servers; each file has its own in the manifest.
  const client = new S3Client({
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...options.client,
  });
  const root = prefix ? `${prefix}/` : '';
  const keyOf = (id: string, file: string) => `${root}${id}/${file}`;

  async function put(Key: string, text: string): Promise<void> {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: text }));
  }

  /** Every object in a folder, or all, with when it was written. */
  async function* objectsIn(folder: string): AsyncGenerator<{ key: string; writtenAt: number }> {
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket,
          Prefix: `${root}${folder && `${folder}/`}`,
          ContinuationToken: token,
        }),
      );
      for (const { Key: key = '', LastModified: time } of page.Contents ?? [])
        yield { key, writtenAt: time?.getTime() ?? 0 };
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token);
  }

  /** Every object of the backups, or of one. */
  async function* objects(
    only = '',
  ): AsyncGenerator<{ key: string; id: string; file: string; writtenAt: number }> {
    for await (const { key, writtenAt } of objectsIn(only)) {
      const [id = '', ...file] = key.slice(root.length).split('/');
      if (backupIdPattern.test(id)) yield { key, id, file: file.join('/'), writtenAt };
    }
  }

  async function removeKeys(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += 1000) {
      const Objects = keys.slice(start, start + 1000).map((Key) => ({ Key }));
      await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    }
  }

  async function remove(id: string): Promise<void> {
    await removeKeys([keyOf(id, manifestFile)]);
    const keys: string[] = [];
    for await (const { key } of objects(id)) keys.push(key);
    await removeKeys(keys);
  }

  return {
    location: `s3://${Bucket}${prefix && `/${prefix}`}`,

    begin: async (id) => ({
      async write(file, content) {
        // Ended early, an upload leaves no object; a rule of the bucket clears its parts away.
        const Body = Readable.from(content, { objectMode: false });
        const params = { Bucket, Key: keyOf(id, file), Body };
        await new Upload({ client, params, partSize: partBytes, queueSize: 2 }).done();
      },
      commit: (manifest) => put(keyOf(id, manifestFile), manifest),
      discard: () => remove(id),
    }),

    async list() {
      const ids: string[] = [];
      for await (const { id, file } of objects()) if (file === manifestFile) ids.push(id);
      return ids.sort().reverse();
    },

    async read(id, file) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(id, file) }));
        return Body as Readable;
      } catch (error) {
        const isMissing = (error as Error).name === 'NoSuchKey';
        throw isMissing ? new BackupFault('MISSING', `The backup ${id} has no file ${file}.`) : error;
      }
    },

    note: (id, file, text) => put(keyOf(id, file), text),

    remember: (name) => put(keyOf(rememberedFolder, name), ''),

    async remembered() {
      const names: string[] = [];
      for await (const { key } of objectsIn(rememberedFolder))
        names.push(key.slice(key.lastIndexOf('/') + 1));
      return names;
    },

    forget: (names) => removeKeys(names.map((name) => keyOf(rememberedFolder, name))),

    remove,

    async sweep(idleMs = abandonedMs) {
      const found = new Map<string, { isWhole: boolean; writtenAt: number }>();
      for await (const { id, file, writtenAt } of objects()) {
        const known = found.get(id) ?? { isWhole: false, writtenAt: 0 };
        found.set(id, {
          isWhole: known.isWhole || file === manifestFile,
          writtenAt: Math.max(known.writtenAt, writtenAt),
        });
      }
      const left = [...found].filter(
        ([, { isWhole, writtenAt }]) => !isWhole && Date.now() - writtenAt >= idleMs,
      );
      for (const [id] of left) await remove(id);
      return left.length;
    },

    within: (name) => createS3Storage({ ...options, prefix: `${root}${name}` }),
  };
}
