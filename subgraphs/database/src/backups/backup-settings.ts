import { backupEnvironment } from '@kronos/backup/environment';
import { masterKeysEnvironment } from '@kronos/sealing/master-keys';
import { z } from 'zod';
import { type Schedule, tryParseSchedule } from './schedule.ts';

/** The variables by which backups are made. */
export const backupsEnvironment = {
  ...masterKeysEnvironment,
  ...backupEnvironment,
  /** When all is backed up and the backup proven, in UTC; never in tests unless it is set. */
  DATABASE_BACKUP_SCHEDULE: z
    .string()
    .refine(
      (text) => text === 'off' || tryParseSchedule(text) !== null,
      'expected off, 02:00, or five fields of cron',
    )
    .optional(),
  /** How many backups the schedule keeps. */
  DATABASE_BACKUP_KEEP: z.coerce
    .number('expected a whole number from 1 to 10000')
    .int()
    .min(1, 'expected a whole number from 1 to 10000')
    .max(10_000, 'expected a whole number from 1 to 10000')
    .default(14),
} satisfies z.ZodRawShape;

/** When backups are made by themselves; null for never. */
export function scheduleOf(settings: {
  NODE_ENV: string;
  DATABASE_BACKUP_SCHEDULE?: string | undefined;
}): Schedule | null {
  const preset = settings.NODE_ENV === 'test' ? 'off' : '02:00';
  return tryParseSchedule(settings.DATABASE_BACKUP_SCHEDULE ?? preset);
}
