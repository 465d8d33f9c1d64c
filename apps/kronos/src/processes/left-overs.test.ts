import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryHome } from '../testing/temporary-home.ts';
import { recordPart, stopLeftOvers } from './left-overs.ts';

test('stops what is left of the last run, and nothing else that has got its id', async () => {
  await using home = temporaryHome();
  const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await Promise.all([once(left, 'spawn'), once(stranger, 'spawn')]);
  await recordPart(home.folder, 'redis', left.pid!, 'SIGTERM');
  await writeFile(
    join(home.folder, 'parts', 'postgres.json'),
    JSON.stringify({ pid: stranger.pid, startedAt: 'before the last reboot', stopSignal: 'SIGINT' }),
  );

  const exit = once(left, 'exit');
  expect(await stopLeftOvers(home.folder)).toEqual(['redis']);
  expect(await exit).toEqual([null, 'SIGTERM']);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  expect(await readdir(join(home.folder, 'parts'))).toEqual([]);
  stranger.kill('SIGKILL');
});

test('a home in which nothing ran has nothing left', async () => {
  await using home = temporaryHome();
  expect(await stopLeftOvers(home.folder)).toEqual([]);
});
