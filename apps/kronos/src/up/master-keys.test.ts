import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSealer, openMasterKeys } from '@kronos/sealing';
import { expect, test } from 'vitest';
import { temporaryHome } from '../testing/temporary-home.ts';
import { ensureMasterKeys } from './master-keys.ts';

test('a master key is made once, for its owner alone, and seals', async () => {
  await using home = temporaryHome();
  const settings = { KRONOS_HOME: home.folder };
  const file = join(home.folder, 'master-keys');
  expect(await ensureMasterKeys(settings)).toBe(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const text = await readFile(file, 'utf8');
  await ensureMasterKeys(settings);
  expect(await readFile(file, 'utf8')).toBe(text);

  const sealer = createSealer({ keys: openMasterKeys(settings) });
  expect(Buffer.from(sealer.unseal(sealer.seal(Buffer.from('x'), 'row:1'), 'row:1')).toString()).toBe('x');
});

test('a file that is not right is left as it is', async () => {
  await using home = temporaryHome();
  const file = join(home.folder, 'master-keys');
  await writeFile(file, 'nonsense');
  await ensureMasterKeys({ KRONOS_HOME: home.folder });
  expect(await readFile(file, 'utf8')).toBe('nonsense');
});

test('where the variable has the keys, there is no file', async () => {
  await using home = temporaryHome();
  const settings = { KRONOS_HOME: home.folder, KRONOS_MASTER_KEYS: 'a:…' };
  expect(await ensureMasterKeys(settings)).toBeNull();
  await expect(stat(join(home.folder, 'master-keys'))).rejects.toThrow('ENOENT');
});
