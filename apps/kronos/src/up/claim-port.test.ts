import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claimPort } from './claim-port.ts';

const folder = mkdtempSync(join(tmpdir(), 'kronos-claims-'));

test('of those that claim a port at once, one gets it', async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => claimPort(15_432, folder)));
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await claimPort(15_432, folder)).toBe(false);
});

test.each([
  ['of a process that has ended', JSON.stringify({ pid: 999_999_999, startedAt: 'long ago' })],
  [
    'of an earlier process with an id that lives again',
    JSON.stringify({ pid: process.pid, startedAt: 'long ago' }),
  ],
  ['that cannot be read', 'half a cl'],
])('takes over a claim %s', async (_name, claim) => {
  const file = join(folder, 'kronos-port-16379');
  writeFileSync(file, claim);
  expect(await claimPort(16_379, folder)).toBe(true);
  expect(JSON.parse(readFileSync(file, 'utf8')).pid).toBe(process.pid);
  expect(existsSync(`${file}.${process.pid}`)).toBe(false);
});
