import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

/** Whether there is a real Redis. The one in JavaScript lacks commands such as CLIENT KILL TYPE. */
export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of the test's own, which it may treat badly. It keeps nothing on disk. */
export interface RedisProcess {
  url: string;
  /** A connection that is not one of those under test. */
  admin: Redis;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again, empty, at the same port. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a Redis on a free port: `redis-server`, or the one in JavaScript where there is none. */
export async function startRedisProcess(): Promise<RedisProcess> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const admin = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  admin.on('error', () => {});
  let child = launch(port);
  await admin.ping();

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  return {
    url,
    admin,
    kill,
    async restart() {
      await kill();
      child = launch(port);
      await admin.ping();
    },
    async [Symbol.asyncDispose]() {
      admin.disconnect();
      await kill();
    },
  };
}

/** What runs when the test process ends early, with no one left to dispose of it. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function launch(port: number): ChildProcess {
  const child = spawnServer(port);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function spawnServer(port: number): ChildProcess {
  if (hasRedisServer) {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    return spawn('redis-server', options, { stdio: 'ignore' });
  }
  const script = createRequire(import.meta.url)
    .resolve('js-redis-server')
    .replace(/index\.\w+$/, 'cli.js');
  return spawn(process.execPath, [script, '--port', String(port)], { stdio: 'ignore' });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given');
  return address.port;
}
