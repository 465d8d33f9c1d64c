import { join, resolve } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';
import { z } from 'zod';
import { createFolderStorage } from './folder.ts';
import type { BackupStorage } from './storage.ts';

/** The variables that say where backups are kept. */
export const backupEnvironment = {
  /** Unset: a folder. Region, endpoint and credentials are those that the client of AWS finds. */
  KRONOS_BACKUP_URL: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w!.*'()/-]*)?$/, 'expected s3://bucket/prefix')
    .optional(),
  KRONOS_BACKUP_FOLDER: z
    .string()
    .transform((folder) => resolve(repositoryRoot, folder))
    .optional(),
} satisfies z.ZodRawShape;

/** The values of these variables. */
export interface BackupSettings {
  KRONOS_HOME: string;
  KRONOS_BACKUP_URL?: string | undefined;
  KRONOS_BACKUP_FOLDER?: string | undefined;
}

/** The place where backups are kept, as the variables say. It is made when it is first written to. */
export async function openBackupStorage(settings: BackupSettings): Promise<BackupStorage> {
  const { KRONOS_BACKUP_URL: url, KRONOS_BACKUP_FOLDER: folder, KRONOS_HOME: home } = settings;
  if (!url) return createFolderStorage(folder ?? join(home, 'backups'));
  const { hostname: bucket, pathname } = new URL(url);
  // Loaded only here: the client of AWS is large.
  const { createS3Storage } = await import('./s3.ts');
  return createS3Storage({
    bucket,
    prefix: pathname.replaceAll(/^\/+|\/+$/g, ''),
    client: s3Client(process.env),
  });
}

/** An endpoint of one's own seldom has a name for each bucket. */
function s3Client({ AWS_ENDPOINT_URL_S3: s3, AWS_ENDPOINT_URL: any }: NodeJS.ProcessEnv) {
  return s3 || any ? { forcePathStyle: true } : {};
}
