import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '@kronos/service/run-service';
import pg from 'pg';
import { deadline } from '../processes/deadline.ts';
import { commandLine } from '../processes/identity.ts';
import { dataFolder, identityOf } from './cluster.ts';
import type { PostgresPlace } from './place.ts';

/** Small, because a whole system shares one machine with its developer's editor. */
const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '32MB',
  min_wal_size: '32MB',
  max_wal_size: '512MB',
  jit: 'off',
  // Three worker processes fewer; the cache of the system serves so small a database.
  io_method: 'sync',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  wal_level: 'minimal',
  // What the database domain needs: transactions over several databases, and to see which statements are slow.
  max_prepared_transactions: '64',
  shared_preload_libraries: 'pg_stat_statements',
  max_wal_senders: '0',
  autovacuum_max_workers: '1',
  log_line_prefix: '%m [%p] %q%d ',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/**
 * Starts the server of a cluster as a child process that writes its log to standard error.
 *
 * @param overrides settings that differ from ours, such as `{ fsync: 'off' }` for tests
 */
export async function spawnPostgres(
  place: PostgresPlace,
  port: number,
  overrides: Record<string, string> = {},
): Promise<ChildProcess> {
  const data = dataFolder(place);
  await removeStalePidFile(data);
  const flags = Object.entries({ ...settings, ...overrides, port: String(port) });
  return spawn(
    join(place.binaries.folder, 'bin', 'postgres'),
    ['-D', data, ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C in the terminal is for the supervisor, which stops the parts in order.
      detached: true,
      ...identityOf(place),
    },
  );
}

/**
 * Waits until a server takes connections.
 *
 * @param url of a database and a role on it
 * @throws StartError when the server refuses us for another reason than that it is still starting, or does not answer
 */
export async function waitForPostgres(url: string, withinMs: number, signal?: AbortSignal): Promise<void> {
  let refusal: unknown;
  const isUp = await deadline(
    withinMs,
    async () => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: withinMs });
      try {
        await client.connect();
        return true;
      } catch (error) {
        refusal = error;
        if (!isStarting(error)) throw error;
        return false;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    signal,
  );
  if (!isUp) throw new StartError(`PostgreSQL did not answer in time: ${(refusal as Error).message}`);
}

function isStarting(error: unknown): boolean {
  // 57P03: the database system is starting up (PostgreSQL's appendix A).
  const passing = ['ECONNREFUSED', 'ECONNRESET', '57P03'];
  const { code, message } = error as NodeJS.ErrnoException;
  return passing.includes(code ?? '') || message === 'Connection terminated unexpectedly';
}

// After a reboot or in a new container another process may have the old server's id; PostgreSQL would wait for it for ever.
async function removeStalePidFile(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const command = await commandLine(pid);
  if (command?.includes(data)) return;
  await rm(file, { force: true });
}
