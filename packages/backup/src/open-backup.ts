import { BackupFault } from './faults.ts';
import type { BackupKeys, MasterKeys } from './format/keys.ts';
import { type Manifest, manifestFile, readManifest } from './format/manifest.ts';
import { type BackupStorage, backupIdPattern } from './storage/storage.ts';

/** A manifest has no more than this, whoever wrote it: a line for each table of a few domains. */
const manifestBytes = 16 * 1024 * 1024;

/**
 * The manifest of a backup and its keys.
 *
 * @throws BackupFault UNKNOWN_BACKUP, UNKNOWN_KEY, UNKNOWN_FORMAT or ALTERED
 */
export async function openBackup(
  { storage, masterKeys }: { storage: BackupStorage; masterKeys: MasterKeys },
  id: string,
): Promise<{ manifest: Manifest; keys: BackupKeys }> {
  if (!backupIdPattern.test(id)) throw unknown(id);
  const text = await readSmall(storage, id, manifestFile).catch((error: unknown) => {
    throw error instanceof BackupFault && error.reason === 'MISSING' ? unknown(id) : error;
  });
  return readManifest(text, id, masterKeys);
}

/** The text of a small file of a backup. */
export async function readSmall(storage: BackupStorage, id: string, file: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (await storage.read(id, file)) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > manifestBytes) throw new BackupFault('ALTERED', `${file} of ${id} is too large.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function unknown(id: string): BackupFault {
  return new BackupFault('UNKNOWN_BACKUP', `There is no backup ${id}.`);
}
