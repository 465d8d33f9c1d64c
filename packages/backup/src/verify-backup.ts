import { BackupFault } from './faults.ts';
import type { MasterKeys } from './format/keys.ts';
import { openBackup } from './open-backup.ts';
import type { OnProgress } from './progress.ts';
import { readTable } from './read-table.ts';
import type { BackupStorage } from './storage/storage.ts';

/** What a check has found. */
export interface BackupCheck {
  id: string;
  /** Everything that is wrong, a sentence each; a backup without any is good. */
  problems: string[];
  /** Rows that were restored into scratch databases; null for a check that has restored none. */
  restoredRows: number | null;
}

/**
 * Reads everything of a backup and compares it with its manifest, without a database.
 *
 * @throws the error of a storage that is away; whatever is wrong with the backup is among the problems
 */
export async function verifyFiles(options: {
  storage: BackupStorage;
  masterKeys: MasterKeys;
  id: string;
  onProgress?: OnProgress;
}): Promise<BackupCheck> {
  const { storage, id, onProgress } = options;
  const problems: string[] = [];
  const collect = (error: unknown) => {
    if (!(error instanceof BackupFault)) throw error;
    problems.push(error.message);
  };
  try {
    const { manifest, keys } = await openBackup(options, id);
    const tables = manifest.databases.flatMap(({ domain, tables }) =>
      tables.map((table) => ({ domain, table })),
    );
    const progress = { done: 0, total: tables.length, bytes: 0 };
    for (const { domain, table } of tables) {
      onProgress?.({ domain, table: table.name, ...progress });
      try {
        for await (const part of readTable({ storage, id, keys, table })) progress.bytes += part.length;
      } catch (error) {
        collect(error);
      }
      progress.done += 1;
      onProgress?.({ domain, table: table.name, ...progress });
    }
  } catch (error) {
    collect(error);
  }
  return { id, problems, restoredRows: null };
}
