import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import getPort from 'get-port';
import { expect, test } from 'vitest';
import { temporaryHome } from '../testing/temporary-home.ts';
import { pingRedis, waitForRedis } from './ping.ts';
import { findRedisServer, spawnDevelopmentRedis, spawnRedis } from './server.ts';

const program = await findRedisServer();
const kinds = [
  [
    'redis-server',
    program && ((folder: string, port: number) => spawnRedis(program, { folder, port, password: 'pw' })),
  ],
  [
    'JavaScript',
    (_folder: string, port: number) => spawnDevelopmentRedis({ folder: null, port, password: 'pw' }),
  ],
] as const;

test.each(kinds)('a private Redis (%s) answers its password alone', async (_kind, start) => {
  if (!start) return;
  await using home = temporaryHome();
  const port = await getPort({ host: '127.0.0.1' });
  const child = await start(join(home.folder, 'redis'), port);
  child.stdout?.resume();
  child.stderr?.resume();
  try {
    await waitForRedis(`redis://:pw@127.0.0.1:${port}`, 10_000);
    expect(await pingRedis(`redis://127.0.0.1:${port}`)).toMatch(/^-NOAUTH/);
    await expect(waitForRedis(`redis://:wrong@127.0.0.1:${port}`, 1_000)).rejects.toThrow(
      /^Redis at 127\.0\.0\.1:\d+ cannot be used \(WRONGPASS/,
    );
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

test('a real Redis keeps what it was told', async () => {
  if (!program) return;
  await using home = temporaryHome();
  const port = await getPort({ host: '127.0.0.1' });
  const child = await spawnRedis(program, { folder: home.folder, port });
  child.stdout?.resume();
  await waitForRedis(`redis://127.0.0.1:${port}`, 10_000);
  expect(await readdir(home.folder)).toContain('appendonlydir');
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a Redis that is not there is one sentence', async () => {
  await expect(waitForRedis('redis://127.0.0.1:1', 100)).rejects.toThrow(
    'Redis at 127.0.0.1:1 cannot be used (ECONNREFUSED): check REDIS_URL.',
  );
});
