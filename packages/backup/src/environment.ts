import { resolve } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';
import { z } from 'zod';

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
