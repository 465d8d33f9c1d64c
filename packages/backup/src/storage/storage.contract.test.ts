import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { newBackupId } from '../ids.ts';
import { folderStorage, s3Storage } from '../testing/test-storage.ts';
import type { BackupStorage } from './storage.ts';

const storages = {
  folder: await folderStorage(),
  s3: await s3Storage(),
  'a whole bucket': await s3Storage(''),
};
afterAll(() => Promise.all(Object.values(storages).map((storage) => storage[Symbol.asyncDispose]())));

async function* pieces(...parts: (string | Buffer)[]) {
  for (const part of parts) yield Buffer.from(part);
}

async function textOf(storage: BackupStorage, id: string, file: string) {
  return Buffer.concat(await (await storage.read(id, file)).toArray()).toString();
}

describe.each(Object.entries(storages))('%s', (_name, { storage }) => {
  test('keeps what was committed, newest first, and shows nothing before', async () => {
    const [first, second] = [newBackupId(), newBackupId()];
    for (const id of [first, second]) {
      const draft = await storage.begin(id);
      await draft.write('users/user.zst.enc', pieces('one ', 'two'));
      expect(await storage.list()).not.toContain(id);
      await draft.commit(`manifest of ${id}`);
    }
    expect(await storage.list()).toEqual([second, first]);
    expect(await textOf(storage, first, 'users/user.zst.enc')).toBe('one two');
    expect(await textOf(storage, second, 'manifest.json')).toBe(`manifest of ${second}`);

    await storage.remove(first);
    await storage.remove(first);
    expect(await storage.list()).toEqual([second]);
    await expect(storage.read(first, 'manifest.json')).rejects.toMatchObject({ reason: 'MISSING' });
    await storage.remove(second);
  });

  test('a note is put beside a backup, and replaced', async () => {
    const id = newBackupId();
    await (await storage.begin(id)).commit('{}');
    await storage.note(id, 'verification.json', 'old');
    await storage.note(id, 'verification.json', 'new');
    expect(await textOf(storage, id, 'verification.json')).toBe('new');
    await storage.remove(id);
  });

  test('names are remembered apart from backups, until they are forgotten', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `0190a000-0000-7000-8000-${index}@17`).sort();
    expect(await storage.remembered()).toEqual([]);
    await storage.forget(names);
    for (const name of [...names, names[0]!]) await storage.remember(name);
    expect((await storage.remembered()).sort()).toEqual(names);
    expect(await storage.sweep(0)).toBe(0);
    expect(await storage.list()).toEqual([]);
    await storage.forget(names.slice(1));
    expect(await storage.remembered()).toEqual([names[0]]);
    await storage.forget(names);
  });

  test('a file larger than any part comes back as it was', async () => {
    const [id, bytes] = [newBackupId(), randomBytes(20 * 1024 * 1024)];
    const draft = await storage.begin(id);
    await draft.write('large', pieces(bytes.subarray(0, 7), bytes.subarray(7)));
    await draft.commit('{}');
    const read = Buffer.concat(await (await storage.read(id, 'large')).toArray());
    expect(read.equals(bytes)).toBe(true);
    await storage.remove(id);
  });

  test('what was discarded, or left behind, is cleared away; what is whole or at work stays', async () => {
    const [discarded, abandoned, whole] = [newBackupId(), newBackupId(), newBackupId()];
    const draft = await storage.begin(discarded);
    await draft.write('table', pieces('rows'));
    await draft.discard();
    await (await storage.begin(abandoned)).write('table', pieces('rows'));
    await (await storage.begin(whole)).commit('{}');
    expect(await storage.sweep()).toBe(0);
    expect(await storage.sweep(0)).toBe(1);
    expect(await storage.sweep(0)).toBe(0);
    expect(await storage.list()).toEqual([whole]);
    await storage.remove(whole);
  });

  test('a place within has a list of its own', async () => {
    const id = newBackupId();
    await (await storage.within('self-test').begin(id)).commit('{}');
    expect(await storage.list()).toEqual([]);
    expect(await storage.within('self-test').list()).toEqual([id]);
  });

  test('a source that fails fails the write', async () => {
    const draft = await storage.begin(newBackupId());
    async function* broken() {
      yield Buffer.from('some');
      throw new Error('the source is gone');
    }
    await expect(draft.write('table', broken())).rejects.toThrow('the source is gone');
    await draft.discard();
  });
});
