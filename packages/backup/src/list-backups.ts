import { BackupFault } from './faults.ts';
import type { MasterKeys } from './format/keys.ts';
import type { Manifest } from './format/manifest.ts';
import { openBackup } from './open-backup.ts';
import type { BackupStorage } from './storage/storage.ts';
import { readVerification, type Verification } from './verification.ts';

/** A backup of a storage. */
export interface ListedBackup {
  id: string;
  /** Null when it cannot be read, for which `problem` says why. */
  manifest: Manifest | null;
  problem: string | null;
  /** Whether it may be good, and only the key, or the version, that reads it is not here. */
  isForeign: boolean;
  verification: Verification | null;
}

/** What a storage holds, newest first: every backup that was finished, also one that cannot be read any more. */
export async function listBackups(options: {
  storage: BackupStorage;
  masterKeys: MasterKeys;
}): Promise<ListedBackup[]> {
  const backups: ListedBackup[] = [];
  for (const id of await options.storage.list()) backups.push(await readListed(options, id));
  return backups;
}

/** One backup of a storage, as it stands in the list. */
export async function readListed(
  options: { storage: BackupStorage; masterKeys: MasterKeys },
  id: string,
): Promise<ListedBackup> {
  const verification = await readVerification(options.storage, id);
  try {
    const { manifest } = await openBackup(options, id);
    return { id, manifest, problem: null, isForeign: false, verification };
  } catch (error) {
    if (!(error instanceof BackupFault)) throw error;
    const isForeign = error.reason === 'UNKNOWN_KEY' || error.reason === 'UNKNOWN_FORMAT';
    return { id, manifest: null, problem: error.message, isForeign, verification };
  }
}

/** What a backup takes of its storage, in bytes. */
export function storedBytes({ databases }: Manifest): number {
  return databases.flatMap(({ tables }) => tables).reduce((sum, { file }) => sum + (file?.bytes ?? 0), 0);
}

/** How many rows a backup has. */
export function rowsOf({ databases }: Pick<Manifest, 'databases'>): number {
  return databases.flatMap(({ tables }) => tables).reduce((sum, { rows }) => sum + rows, 0);
}
