import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { MasterKey } from '@kronos/sealing/master-keys';
import { BackupFault } from '../faults.ts';

/** What the master keys are, the current one first. */
export type MasterKeys = () => readonly MasterKey[];

const info = 'kronos:backup:v1';

/** The keys of one backup, all derived (HKDF, RFC 5869) from a master key and 256 random bits that lie in its manifest. */
export interface BackupKeys {
  masterKeyId: string;
  /** Base64url. */
  salt: string;
  /** The key of one file. */
  ofFile(file: string): Uint8Array;
  /** Proves that a manifest was written by somebody who has the master key. */
  sign(text: string): string;
}

/** New keys, by the current master key. */
export function newBackupKeys(masterKeys: MasterKeys, id: string): BackupKeys {
  const [master] = masterKeys();
  if (!master) throw new BackupFault('UNKNOWN_KEY', 'There is no master key to encrypt a backup with.');
  return derive(master, randomBytes(32).toString('base64url'), id);
}

/**
 * The keys of a backup that is there.
 *
 * @throws BackupFault UNKNOWN_KEY when its master key is not among these
 */
export function backupKeys(
  masterKeys: MasterKeys,
  id: string,
  { masterKeyId, salt }: { masterKeyId: string; salt: string },
): BackupKeys {
  const master = masterKeys().find((candidate) => candidate.id === masterKeyId);
  if (master) return derive(master, salt, id);
  throw new BackupFault(
    'UNKNOWN_KEY',
    `The backup ${id} is encrypted by the master key “${masterKeyId}”, which is not among those at hand: put back the master-keys file of its time.`,
  );
}

function derive(master: MasterKey, salt: string, id: string): BackupKeys {
  const key = (purpose: string) =>
    new Uint8Array(
      hkdfSync('sha256', master.key, Buffer.from(salt, 'base64url'), `${info}:${id}:${purpose}`, 32),
    );
  return {
    masterKeyId: master.id,
    salt,
    ofFile: (file) => key(`file:${file}`),
    sign: (text) => createHmac('sha256', key('manifest')).update(text).digest('base64url'),
  };
}
