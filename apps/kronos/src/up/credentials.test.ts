import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { temporaryHome } from '../testing/temporary-home.ts';
import { credentialsFile, readCredentials } from './credentials.ts';

test('secrets are made once, kept for their owner alone, and joined by those of a new domain', async () => {
  await using home = temporaryHome();
  const first = await readCredentials(home.folder, ['auth']);
  const second = await readCredentials(home.folder, ['auth', 'users']);

  expect((await stat(credentialsFile(home.folder))).mode & 0o777).toBe(0o600);
  expect(second).toEqual({
    ...first,
    databasePasswords: { auth: first.databasePasswords.auth, users: expect.any(String) },
  });
  expect(first.administrator.password).toHaveLength(16);
});
