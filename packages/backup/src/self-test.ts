import { migrate } from '@kronos/migrations';
import { createBackup } from './create-backup.ts';
import { makeDatabase } from './databases/scratch.ts';
import { openSession } from './databases/session.ts';
import type { BackupTarget } from './databases/target.ts';
import { rowsOf } from './list-backups.ts';
import { proveBackup } from './prove-backup.ts';
import type { RestoreBackupOptions } from './restore-backup.ts';
import type { BackupCheck } from './verify-backup.ts';

/** Enough rows for a few frames. */
const sampleRows = 5_000;

/**
 * Goes the whole way once with a small database of its own: made, filled, backed up into the storage, restored, compared, and
 * all of it removed. It says that storage, keys, rights and code are right; what it does not touch is anybody's data.
 *
 * @param options.target a domain whose tables the small database gets
 */
export async function selfTest(
  options: Pick<RestoreBackupOptions, 'storage' | 'masterKeys' | 'onProgress'> & { target: BackupTarget },
): Promise<BackupCheck> {
  const { masterKeys, onProgress, target } = options;
  const { domain, owner } = target;
  const storage = options.storage.within('self-test');
  await storage.sweep();
  await using small = await makeDatabase(target.url, 'kronos_scratch_self_test', owner);
  const targets = [{ domain, url: small.url, owner }];
  await migrate({ domain, databaseUrl: small.url, role: owner });
  await fill(small.url, owner);
  const { id, ...manifest } = await createBackup({ storage, masterKeys, targets, isFull: false, onProgress });
  try {
    const check = await proveBackup({ storage, masterKeys, targets, id, onProgress });
    const isAll = check.problems.length > 0 || check.restoredRows === rowsOf(manifest);
    return { ...check, problems: isAll ? check.problems : ['Not all rows came back.'] };
  } finally {
    await storage.remove(id);
  }
}

/** Events that nobody hears, with every character that needs care in the text of COPY. */
async function fill(url: string, owner: string): Promise<void> {
  await using client = await openSession(url, owner);
  await client.query(
    `INSERT INTO outbox (id, name, key, payload, position)
     SELECT gen_random_uuid(), 'selfTest', E'tab\\tline\\nback\\\\slash \\\\N ' || n,
       jsonb_build_object('n', n, 'text', repeat('äöü€ 🙂 ', n % 50)), n
     FROM generate_series(1, $1::int) AS n`,
    [sampleRows],
  );
}
