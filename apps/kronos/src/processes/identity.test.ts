import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { commandLine, identify, isAlive, parentOf } from './identity.ts';

test('a process is the same as long as it lives', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const identity = await identify(child.pid!);

  expect(identity).toMatchObject({ pid: child.pid });
  expect(await isAlive(identity!)).toBe(true);
  expect(await isAlive({ ...identity!, startedAt: 'another time' })).toBe(false);
  expect(await commandLine(child.pid!)).toContain('setInterval');
  expect(await parentOf(child.pid!)).toBe(process.pid);

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await isAlive(identity!)).toBe(false);
  expect(await identify(child.pid!)).toBeNull();
});
