import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryHome } from '../testing/temporary-home.ts';
import { lockHome } from './lock.ts';

const url = 'http://localhost:4000/graphql';

test('a home has one holder, whom the second start names', async () => {
  await using home = temporaryHome();
  const lock = await lockHome(home.folder, url);
  await expect(lockHome(home.folder, url)).rejects.toThrow(
    `Kronos runs already in ${home.folder}: process ${process.pid}, started in ${process.cwd()}, at ${url}.`,
  );
  await lock.release();
  await (await lockHome(home.folder, url)).release();
  expect(await readdir(home.folder)).toEqual([]);
});

test.each([
  ['has died', JSON.stringify({ pid: 999_999_999, startedAt: 'then' })],
  ['has died and left its id to another process', JSON.stringify({ pid: process.pid, startedAt: 'then' })],
  ['could not write its name', '{"pid":'],
])('the lock of a holder who %s is taken over', async (_how, content) => {
  await using home = temporaryHome();
  await writeFile(join(home.folder, 'lock'), content);
  const lock = await lockHome(home.folder, url);
  expect(await readdir(home.folder)).toEqual(['lock']);
  await lock.release();
});

test('of many starts over a dead lock one wins', async () => {
  await using home = temporaryHome();
  await writeFile(join(home.folder, 'lock'), '{}');
  const starts = await Promise.allSettled(Array.from({ length: 8 }, () => lockHome(home.folder, url)));
  expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
