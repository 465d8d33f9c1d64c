import { randomBytes } from 'node:crypto';
import { type MasterKeysSettings, masterKeysFile } from '@kronos/sealing/master-keys';
import { readIfThere, writeWhole } from '../files.ts';

/**
 * The master keys, made when there are none: a file that only its owner may read, or nothing where the variable has them.
 *
 * @returns the file, or null where the keys are in the variable
 */
export async function ensureMasterKeys(settings: MasterKeysSettings): Promise<string | null> {
  if (settings.KRONOS_MASTER_KEYS) return null;
  const file = masterKeysFile(settings);
  // One that is there, whatever it holds, is not written over: what was sealed with it could never be opened again.
  if ((await readIfThere(file)) === null) await writeWhole(file, `${newMasterKey(new Date())}\n`, 0o600);
  return file;
}

/** A line of the file: the day of its making, and some chance, name the key. */
export function newMasterKey(now: Date): string {
  const id = `${now.toISOString().slice(0, 10)}-${randomBytes(3).toString('hex')}`;
  return `${id}:${randomBytes(32).toString('base64')}`;
}
