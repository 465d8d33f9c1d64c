import {
  type BackupStorage,
  type BackupTarget,
  backupTarget,
  type MasterKeys,
  openBackupStorage,
} from '@kronos/backup';
import { backupEnvironment } from '@kronos/backup/environment';
import { masterKeysEnvironment, openMasterKeys } from '@kronos/sealing/master-keys';
import { commonEnvironment, parseEnvironment } from '@kronos/service/environment';
import { StartError } from '@kronos/service/run-service';
import type { Databases } from '../up/with-databases.ts';

/** Where backups are, and what opens them. */
export interface OpenBackups {
  storage: BackupStorage;
  masterKeys: MasterKeys;
}

/**
 * Opens the storage that the environment names.
 *
 * @throws EnvironmentError when there are no master keys: they are neither made here nor guessed
 */
export async function openBackups(environment: NodeJS.ProcessEnv = process.env): Promise<OpenBackups> {
  const shape = { ...commonEnvironment, ...masterKeysEnvironment, ...backupEnvironment };
  const settings = parseEnvironment(shape, environment);
  return { storage: await openBackupStorage(settings), masterKeys: openMasterKeys(settings) };
}

/**
 * The databases to back up or to restore into.
 *
 * @param domains only these; all, when there are none
 * @throws StartError for a domain that is not there
 */
export function targetsOf({ urls, operatorUrl }: Databases, domains: readonly string[] = []): BackupTarget[] {
  const unknown = domains.filter((domain) => !urls[domain]);
  if (unknown.length > 0)
    throw new StartError(
      `There is no domain ${unknown.join(', ')}: there are ${Object.keys(urls).join(', ')}.`,
    );
  const wanted = domains.length > 0 ? domains : Object.keys(urls).sort();
  return wanted.map((domain) => backupTarget(domain, urls[domain]!, operatorUrl));
}

/** The same, where databases are made: by the operator alone. */
export function restoreTargetsOf(databases: Databases): BackupTarget[] {
  if (databases.operatorUrl) return targetsOf(databases);
  throw new StartError(
    'There is no operator who makes databases: set KRONOS_OPERATOR_DATABASE_URL to the role that `kronos setup` makes.',
  );
}
