import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSealer, openMasterKeys } from '@kronos/sealing';
import { expect, test, vi } from 'vitest';
import { temporaryHome } from '../testing/temporary-home.ts';
import { ensureMasterKeys } from '../up/master-keys.ts';
import { rotateMasterKey } from './keys.ts';

test('a new master key goes before the others, and what was sealed with them still opens', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await using home = temporaryHome();
  const settings = { KRONOS_HOME: home.folder };
  await ensureMasterKeys(settings);
  // A process that runs all the while.
  const sealer = createSealer({ keys: openMasterKeys(settings) });
  const [before, prefix] = [sealer.seal(Buffer.from('x'), 'row:1'), sealer.currentPrefix()];

  await rotateMasterKey(settings);
  const file = join(home.folder, 'master-keys');
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(2);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(sealer.currentPrefix()).not.toBe(prefix);
  expect(Buffer.from(sealer.unseal(before, 'row:1')).toString()).toBe('x');
  expect(said.mock.calls.join()).not.toContain(lines[0]!.split(':')[1]);
  said.mockRestore();
});

test('where there is no file of master keys, nothing is done', async () => {
  await using home = temporaryHome();
  const file = join(home.folder, 'master-keys');
  await expect(rotateMasterKey({ KRONOS_HOME: home.folder })).rejects.toThrow(/holds no master keys/);
  await writeFile(file, 'nonsense');
  await expect(rotateMasterKey({ KRONOS_HOME: home.folder })).rejects.toThrow(/holds no master keys/);
  expect(await readFile(file, 'utf8')).toBe('nonsense');
  const keys = `a:${Buffer.alloc(32, 1).toString('base64')}`;
  const given = { KRONOS_HOME: home.folder, KRONOS_MASTER_KEYS: keys };
  await expect(rotateMasterKey(given)).rejects.toThrow(/in the variable KRONOS_MASTER_KEYS/);
});
