import { join } from 'node:path';
import type { BackupSettings } from '../environment.ts';
import { createFolderStorage } from './folder.ts';
import type { BackupStorage } from './storage.ts';

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
