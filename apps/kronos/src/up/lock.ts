import { randomUUID } from 'node:crypto';
import { link, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '@kronos/service/run-service';
import { readJson } from '../files.ts';
import { identify, isAlive, type ProcessIdentity } from '../processes/identity.ts';

/** Who holds a KRONOS_HOME. */
export interface LockHolder extends ProcessIdentity {
  workingDirectory: string;
  url: string;
}

/** A KRONOS_HOME that is ours until released. */
export interface HomeLock {
  release(): Promise<void>;
}

// Clearing takes a millisecond; whoever has not finished by then was killed over it.
const abandonedAfterMs = 5_000;

/**
 * Takes a KRONOS_HOME for this process; one whose holder has died is taken over.
 *
 * @param url where the system will be found, for whoever comes second
 * @throws StartError naming the living holder
 */
export async function lockHome(home: string, url: string): Promise<HomeLock> {
  const file = join(home, 'lock');
  const self = await identify(process.pid);
  if (!self) throw new Error('this process cannot be found in the process table');
  const holder: LockHolder = { ...self, workingDirectory: process.cwd(), url };

  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    while (!(await linked(draft, file))) {
      const other = await readJson<LockHolder>(file);
      if (other && (await isAlive(other))) throw held(home, other);
      await removeStale(file, other);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => rm(file, { force: true }) };
}

// A link appears with its whole content or not at all, and only where nothing is.
async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

// Of several starts that find the same dead holder one clears it away, and looks again before it does: else the lock that
// another has taken meanwhile would go.
async function removeStale(file: string, expected: LockHolder | null): Promise<void> {
  const turn = `${file}.clearing`;
  if (!(await created(turn))) {
    const age = Date.now() - (await stat(turn).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > abandonedAfterMs) await rm(turn, { force: true });
    await delay(20);
    return;
  }
  try {
    const found = await readJson<LockHolder>(file);
    if (found?.pid === expected?.pid && found?.startedAt === expected?.startedAt)
      await rm(file, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

async function created(file: string): Promise<boolean> {
  try {
    await writeFile(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function held(home: string, holder: LockHolder): StartError {
  return new StartError(
    `Kronos runs already in ${home}: process ${holder.pid}, started in ${holder.workingDirectory}, at ${holder.url}. ` +
      'Stop it, or choose another KRONOS_HOME and KRONOS_PORT.',
  );
}
