import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeWhole } from '../files.ts';
import { isAlive, type ProcessIdentity } from '../processes/identity.ts';

/** Where everything of a running system is, for the other commands. */
export interface RunningSystem extends ProcessIdentity {
  graphqlUrl: string;
  redisUrl: string;
  /** Database URL of each domain, with its password. */
  databaseUrls: Record<string, string>;
  /** Of the role that looks after all of them. */
  operatorUrl: string | undefined;
  /** Port of each subgraph. */
  subgraphPorts: Record<string, number>;
  /** Where mail is read; null when a mail server takes it. */
  mailboxUrl: string | null;
}

/** The system that runs in a KRONOS_HOME, or null. */
export async function readRunningSystem(home: string): Promise<RunningSystem | null> {
  const system = await readJson<RunningSystem>(join(home, 'run.json'));
  return system && (await isAlive(system)) ? system : null;
}

/** Tells where everything is; for the owner alone, because of the passwords. */
export async function writeRunFile(home: string, system: RunningSystem): Promise<void> {
  await writeWhole(join(home, 'run.json'), `${JSON.stringify(system, null, 2)}\n`, 0o600);
}

/** Takes the word back. */
export async function removeRunFile(home: string): Promise<void> {
  await rm(join(home, 'run.json'), { force: true });
}
