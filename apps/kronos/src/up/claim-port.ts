import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from '../processes/identity.ts';

/**
 * Claims a port for this process until it ends. Systems that start at the same moment find the same ports free; of
 * those that claim one of them, one gets it.
 *
 * @param folder where claims lie; that of the machine when omitted
 */
export async function claimPort(port: number, folder = tmpdir()): Promise<boolean> {
  const file = join(folder, `kronos-port-${port}`);
  if (!(await removeDeadClaim(file))) return false;
  try {
    writeFileSync(file, JSON.stringify(await identify(process.pid)), { flag: 'wx', mode: 0o644 });
  } catch {
    return false;
  }
  if (claims.size === 0) process.once('exit', giveBack);
  claims.add(file);
  return true;
}

const claims = new Set<string>();

function giveBack(): void {
  for (const file of claims) rmSync(file, { force: true });
}

/** @returns whether there is no claim any more */
async function removeDeadClaim(file: string): Promise<boolean> {
  const claim = readOrNull(file);
  if (claim === null) return true;
  if (await isAlive(parseIdentity(claim))) return false;
  const removed = `${file}.${process.pid}`;
  try {
    renameSync(file, removed);
    // Another start may have been quicker: then this is its claim, and goes back.
    const isTheDeadOne = readOrNull(removed) === claim;
    if (!isTheDeadOne) linkSync(removed, file);
    rmSync(removed, { force: true });
    return isTheDeadOne;
  } catch {
    return false;
  }
}

function parseIdentity(text: string): ProcessIdentity {
  try {
    return JSON.parse(text);
  } catch {
    return { pid: -1, startedAt: '' };
  }
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
