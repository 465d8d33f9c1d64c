import { createHash, randomUUID } from 'node:crypto';
import { chown, cp, mkdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '@kronos/service/run-service';
import { readJson, writeWhole } from '../files.ts';
import { run } from '../processes/run.ts';
import { type Account, postgresAccount } from './account.ts';
import { installedPostgres, type PostgresBinaries } from './binaries.ts';

/** Where a PostgreSQL lives and whom it runs as. */
export interface PostgresPlace {
  binaries: PostgresBinaries;
  /** The folder that holds the data folder and its drafts; the account can write it. */
  folder: string;
  account: Account;
}

// In reach of every user, and writable for root alone.
const placesForRoot = ['/var/lib/kronos', '/var/db/kronos', '/opt/kronos'];

/**
 * Chooses where PostgreSQL lives: under KRONOS_HOME and out of node_modules where its user can enter them; otherwise, as
 * for a project in /root, under a system folder that KRONOS_HOME remembers.
 *
 * @param home KRONOS_HOME, which must exist
 * @throws StartError when no folder is in that user's reach
 */
export async function postgresPlace(home: string): Promise<PostgresPlace> {
  const memory = join(home, 'postgres-place.json');
  const inHome = join(home, 'postgres');
  const remembered = await readJson<{ folder: string }>(memory);
  const owner = await ownerOfData(remembered?.folder ?? inHome);
  const account = owner ?? (await postgresAccount());

  const binaries = await reachableBinaries(installedPostgres(), account);
  if (remembered) return { binaries, folder: remembered.folder, account };
  if (await canHold(inHome, account)) return { binaries, folder: inHome, account };

  const base = await systemFolder(account);
  const name = await identifyHome(home);
  const folder = join(base, name);
  if (owner) await move(inHome, folder);
  else await mkdir(folder, { recursive: true });
  await chown(folder, account.uid, account.gid);
  // For whoever finds the folder and wonders whose it is.
  await writeWhole(join(folder, 'kronos-home'), `${home}\n`);
  await writeWhole(memory, `${JSON.stringify({ folder }, null, 2)}\n`);
  return { binaries, folder, account };
}

// A home that was deleted and made again at the same path is another one: the data of the first has other passwords.
async function identifyHome(home: string): Promise<string> {
  const { ino, birthtimeMs } = await stat(home);
  return createHash('sha256')
    .update(`${await realpath(home)} ${ino} ${birthtimeMs}`)
    .digest('hex')
    .slice(0, 16);
}

// Data that an ordinary user made stays theirs when root starts the system once: PostgreSQL wants the owner.
async function ownerOfData(folder: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const data = await stat(join(folder, 'data')).catch(() => null);
  return data && data.uid !== 0 ? { uid: data.uid, gid: data.gid } : null;
}

async function canHold(folder: string, account: Account): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return true;
  const before = await stat(folder);
  await chown(folder, account.uid, account.gid);
  if (await holdsFor(account, 'cd "$1" && test -w .', folder)) return true;
  await chown(folder, before.uid, before.gid);
  return false;
}

/**
 * PostgreSQL's programs where an account can run them: where npm has put them, or a copy in a system folder.
 *
 * @throws StartError when no folder is in that account's reach
 */
export async function reachableBinaries(
  installed: PostgresBinaries,
  account: Account,
): Promise<PostgresBinaries> {
  const isReachable =
    'test -x "$1/bin/initdb" && test -x "$1/bin/postgres" && test -r "$1/share/postgresql/postgres.bki"';
  if (await holdsFor(account, isReachable, installed.folder)) return installed;

  const folder = join(await systemFolder(account), `postgresql-${installed.version}`);
  const copy = { ...installed, folder };
  if (await holdsFor(account, isReachable, folder)) return copy;
  const draft = `${folder}.${randomUUID()}`;
  await cp(installed.folder, draft, { recursive: true, verbatimSymlinks: true });
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
  return copy;
}

async function systemFolder(account: Account): Promise<string> {
  for (const folder of placesForRoot) {
    const isMade = await mkdir(folder, { recursive: true, mode: 0o755 }).then(
      () => true,
      () => false,
    );
    if (isMade && (await holdsFor(account, 'test -x "$1"', folder))) return folder;
  }
  throw new StartError(
    `PostgreSQL does not run as root, and its user can enter neither this project nor ${placesForRoot.join(', ')}: ` +
      'put the project and KRONOS_HOME where every user may enter, or name a PostgreSQL server in DATABASE_URL.',
  );
}

// Mode bits, groups, ACLs and mounts decide together who may enter: only trying it as that user tells.
async function holdsFor(account: Account, test: string, folder: string): Promise<boolean> {
  const identity = process.getuid?.() === 0 ? { uid: account.uid, gid: account.gid } : {};
  const { code } = await run('/bin/sh', ['-c', test, 'sh', folder], { cwd: '/', ...identity });
  return code === 0;
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const { code, output } = await run('cp', ['-a', from, to]);
    if (code !== 0) throw new StartError(`The PostgreSQL data could not be moved to ${to}: ${output.trim()}`);
    await rm(from, { recursive: true });
  }
}
