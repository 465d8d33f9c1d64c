import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import { postgresAccount } from '../postgres/account.ts';
import { installedPostgres } from '../postgres/binaries.ts';
import { createCluster } from '../postgres/cluster.ts';
import { postgresPlace, reachableBinaries } from '../postgres/place.ts';
import { spawnPostgres, waitForPostgres } from '../postgres/server.ts';
import { waitForRedis } from '../redis/ping.ts';
import { findRedisServer, spawnDevelopmentRedis, spawnRedis } from '../redis/server.ts';

/** A server that lives for one run of the tests. */
export interface TestServer {
  url: string;
  stop(): Promise<void>;
}

const password = 'test';

/** The folder with PostgreSQL's programs, in reach of the user that they run as: for tests that kill one of their own. */
export async function testPostgresPrograms(): Promise<string> {
  const { folder } = await reachableBinaries(installedPostgres(), await postgresAccount());
  return join(folder, 'bin');
}

/** Starts an empty PostgreSQL in a temporary folder that forgets everything in a crash and is fast for it. */
export async function startTestPostgres(): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), 'kronos-test-postgres-'));
  // PostgreSQL's user has to enter it when we are root.
  await chmod(home, 0o711);
  const place = await postgresPlace(home);
  await createCluster(place, { password, isDisposable: true });
  const port = await getPort({ host: '127.0.0.1' });
  const child = await spawnPostgres(place, port, {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '128MB',
    max_connections: '400',
    max_wal_size: '4GB',
  });
  drain(child);
  endWithUs(child, 'SIGQUIT');
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  await waitForPostgres(url, 30_000);
  return { url, stop: () => stopAndRemove(child, 'SIGQUIT', home, place.folder) };
}

/** Starts an empty Redis that keeps nothing: the real one when there is one. */
export async function startTestRedis(): Promise<TestServer> {
  const port = await getPort({ host: '127.0.0.1' });
  const program = await findRedisServer();
  // Each test holds one until its worker ends, and a worker may live as long as the suite.
  const options = { folder: null, port, databases: 16_384 };
  const child = program ? await spawnRedis(program, options) : spawnDevelopmentRedis(options);
  drain(child);
  endWithUs(child, 'SIGTERM');
  const url = `redis://127.0.0.1:${port}`;
  await waitForRedis(url, 30_000);
  return { url, stop: () => stopAndRemove(child, 'SIGTERM') };
}

// A pipe that nobody reads fills up and stops its writer.
function drain(child: ChildProcess): void {
  child.stdout?.resume();
  child.stderr?.resume();
}

// A run that is cut short, by Ctrl-C say, does not come to `stop`.
function endWithUs(child: ChildProcess, signal: NodeJS.Signals): void {
  process.once('exit', () => child.kill(signal));
}

async function stopAndRemove(
  child: ChildProcess,
  signal: NodeJS.Signals,
  ...folders: string[]
): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}
