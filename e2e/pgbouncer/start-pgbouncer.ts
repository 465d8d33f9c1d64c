import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, vi } from 'vitest';
import { freePort } from '../kit/kronos.ts';

/** Where pgBouncer is on this machine; undefined when there is none, and what goes through it is skipped. */
export const pgBouncerPath = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'pgbouncer'))
  .find((path) => existsSync(path));
if (!pgBouncerPath) console.warn('No pgBouncer on this machine: nothing is tried through it.');

/** A pgBouncer in transaction mode before a PostgreSQL. */
export interface PgBouncer extends AsyncDisposable {
  /** The URL by which a domain reaches one of the server's databases through it. */
  through(databaseUrl: string): string;
}

/** @param serverUrl of a PostgreSQL that lets this role in by its password */
export async function startPgBouncer(serverUrl: string): Promise<PgBouncer> {
  const { hostname, port: serverPort, username, password } = new URL(serverUrl);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'kronos-pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
* = host=${hostname} port=${serverPort} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
`,
  );
  // As root it does not run.
  await chmod(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  const child = spawn(pgBouncerPath!, ['-q', ...(isRoot ? ['-u', 'nobody'] : []), file], { stdio: 'ignore' });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  await vi.waitFor(() => expect(listens(port)).resolves.toBe(true), { timeout: 10_000, interval: 50 });

  return {
    through(databaseUrl) {
      const url = new URL(databaseUrl);
      const direct = url.host;
      url.host = `127.0.0.1:${port}`;
      url.searchParams.set('pgbouncer', 'true');
      url.searchParams.set('direct', direct);
      return url.href;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
