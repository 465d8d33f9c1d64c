import { expect, test } from 'vitest';
import { testKeys } from '../testing/test-keys.ts';
import { newBackupKeys } from './keys.ts';
import { type Manifest, readManifest, writeManifest } from './manifest.ts';

test('a manifest of the first version, which knew neither formats nor types, tells of rows in text', () => {
  const masterKeys = testKeys('2026-11-30-aaaaaa');
  const id = 'backup_01kb6g0000f6zrrrrrrrrrrrrr';
  const { masterKeyId, salt, ...keys } = newBackupKeys(masterKeys, id);
  const now = new Date().toISOString();
  const table = {
    name: 'user',
    columns: ['id'],
    rows: 0,
    bytes: 0,
    contentSha256: 'a'.repeat(64),
    file: null,
  };
  const manifest = {
    ...{ format: 1, id, createdAt: now, finishedAt: now, isFull: true },
    ...{ compression: 'zstd', encryption: 'aes-256-gcm', masterKeyId, salt },
    databases: [
      {
        ...{ domain: 'users', database: 'kronos_users', owner: 'kronos_users', serverVersion: '18.1' },
        ...{ snapshotAt: now, migration: null, migrations: [], lastEventPosition: null, sequences: [] },
        tables: [table],
      },
    ],
  };
  const text = writeManifest(manifest as unknown as Manifest, { masterKeyId, salt, ...keys });
  const read = readManifest(text, id, masterKeys).manifest;
  expect(read.databases[0]!.tables).toEqual([{ ...table, copyFormat: 'text' }]);
});
