import pg from 'pg';
import { BackupFault } from './faults.ts';
import { type RestoreBackupOptions, restoreBackup } from './restore-backup.ts';
import { noteVerification } from './verification.ts';
import { type BackupCheck, verifyFiles } from './verify-backup.ts';

/**
 * The proof that a backup can be restored: it is restored, into databases that are dropped again, and compared row for row.
 * What was found is noted beside the backup.
 */
export async function proveBackup(
  options: Omit<RestoreBackupOptions, 'mode' | 'force' | 'domains'>,
): Promise<BackupCheck & { verifiedAt: Date }> {
  const check = await restoreAndCompare(options);
  const verifiedAt = new Date();
  const { problems, restoredRows } = check;
  const isThere = (await options.storage.list()).includes(options.id);
  if (isThere)
    await noteVerification(options.storage, options.id, {
      verifiedAt: verifiedAt.toISOString(),
      restoredRows: restoredRows ?? 0,
      problems,
    });
  return { ...check, verifiedAt };
}

async function restoreAndCompare(options: Omit<RestoreBackupOptions, 'mode'>): Promise<BackupCheck> {
  const { id } = options;
  try {
    const restored = await restoreBackup({ ...options, mode: 'SCRATCH' });
    return {
      id,
      problems: restored.flatMap(({ problems }) => problems),
      restoredRows: restored.reduce((sum, { rows }) => sum + rows, 0),
    };
  } catch (error) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    // The first fault ends a restore; the others are worth knowing, too.
    const { problems } = await verifyFiles({ ...options, onProgress: undefined });
    return { id, problems: [...new Set([problem, ...problems])], restoredRows: 0 };
  }
}

/** What is wrong with the backup; null when the fault is not the backup's, but that of a server that is away or full. */
function problemOf(error: unknown): string | null {
  if (error instanceof BackupFault) return error.message;
  if (!(error instanceof pg.DatabaseError)) return null;
  // https://www.postgresql.org/docs/18/errcodes-appendix.html: what data can be refused for, and SQL that does not fit it.
  if (!/^(0A|2[0-9A-F]|42|44)/.test(error.code ?? '')) return null;
  const at = [error.table, error.constraint ?? error.column].filter(Boolean).join(', ');
  return `PostgreSQL refuses what it has: ${error.message}${at && ` (${at})`}.`;
}
