import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createBackup } from './create-backup.ts';
import { openSession } from './databases/session.ts';
import { inDatabase } from './databases/target.ts';
import { restoreBackup } from './restore-backup.ts';
import { folderStorage } from './testing/test-storage.ts';
import { createTestTarget } from './testing/test-target.ts';
import { verifyFiles } from './verify-backup.ts';

const [target, { storage, folder, ...storing }] = await Promise.all([
  createTestTarget('cache'),
  folderStorage(),
]);
const key = randomBytes(32);
const masterKeys = () => [{ id: 'child', key: new Uint8Array(key) }];
const using = { storage, masterKeys, targets: [target] };

afterAll(async () => {
  await target[Symbol.asyncDispose]();
  await storing[Symbol.asyncDispose]();
});

test('a backup that is killed at any moment is never in the list, and what it leaves is cleared away', async () => {
  await target.query(`INSERT INTO outbox (id, name, payload)
    SELECT gen_random_uuid(), 'filler', jsonb_build_object('text', repeat(md5(n::text), 20)) FROM generate_series(1, 5000) n`);
  const child = fileURLToPath(new URL('testing/backup-child.ts', import.meta.url));
  const argument = JSON.stringify({
    folder,
    targets: [{ domain: target.domain, url: target.url, owner: target.owner }],
    key: key.toString('base64'),
  });
  const verified = new Set<string>();
  for (let round = 0; round < 3; round += 1) {
    const process_ = spawn(process.execPath, [child, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(process_.stdout, 'data');
    // The moment is what is tried, not something that is waited for.
    await delay(Math.random() * 800);
    process_.kill('SIGKILL');
    await once(process_, 'exit');
    for (const id of await storage.list()) {
      if (!verified.has(id)) expect(await verifyFiles({ ...using, id })).toMatchObject({ problems: [] });
      verified.add(id);
    }
    await storage.sweep();
    expect(await readdir(folder)).toEqual((await storage.list()).toSorted());
  }
}, 120_000);

test('while writers go on, nothing that was committed before the backup is lost, and transactions are whole', async () => {
  const committed: number[] = [];
  let isOver = false;
  // Each transaction writes a pair; the numbers are known as committed only when the answer has come.
  const writer = async (first: number) => {
    for (let n = first; !isOver; n += 3) {
      await target.query(
        `INSERT INTO outbox (id, name, payload) SELECT gen_random_uuid(), 'pair', jsonb_build_object('n', $1::int) FROM generate_series(1, 2)`,
        [n],
      );
      committed.push(n);
    }
  };
  const writers = [0, 1, 2].map(writer);
  try {
    for (let round = 0; round < 2; round += 1) {
      const from = committed.length + 10;
      await expect.poll(() => committed.length, { timeout: 20_000, interval: 10 }).toBeGreaterThan(from);
      const before = [...committed];
      const { id } = await createBackup({ ...using, isFull: true });
      const [restored] = await restoreBackup({ ...using, id, mode: 'BESIDE' });
      const pairs = await pairsIn(restored!.database);
      expect(before.filter((n) => !pairs.has(n))).toEqual([]);
      expect([...pairs.values()].filter((count) => count !== 2)).toEqual([]);
    }
  } finally {
    isOver = true;
    await Promise.all(writers);
  }
}, 120_000);

async function pairsIn(database: string): Promise<Map<number, number>> {
  await using client = await openSession(inDatabase(target.url, database), target.owner);
  const { rows } = await client.query<{ n: number; count: number }>(
    "SELECT (payload->>'n')::int AS n, count(*)::int AS count FROM outbox WHERE name = 'pair' GROUP BY 1",
  );
  return new Map(rows.map(({ n, count }) => [n, count]));
}
