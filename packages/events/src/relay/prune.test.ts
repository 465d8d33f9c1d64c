import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { retention } from '../retention.ts';
import { createScratchDatabase, type ScratchDatabase } from '../testing/scratch-database.ts';
import { continueHistory } from './continue-history.ts';
import { prune } from './prune.ts';

let database: ScratchDatabase;
beforeAll(async () => {
  database = await createScratchDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => database.query('TRUNCATE outbox, inbox'));

/** Writes events at 1, 2, 3 … of these ages in days. */
async function writeEvents(agesInDays: number[]): Promise<void> {
  await database.query(
    `INSERT INTO outbox (id, name, payload, occurred_at, position)
     SELECT gen_random_uuid(), 'userUpdated', '{}', now() - age * interval '1 day', place
     FROM unnest($1::int[]) WITH ORDINALITY AS ages (age, place)`,
    [agesInDays],
  );
}

async function keptPositions(): Promise<number[]> {
  const rows = await database.query<{ position: string }>('SELECT position FROM outbox ORDER BY position');
  return rows.map((row) => Number(row.position));
}

test('old events go, but leave no gap', async () => {
  await writeEvents([9, 8, 1, 8, 0]);
  await prune(database.query, 5, retention);
  expect(await keptPositions()).toEqual([3, 4, 5]);
});

test('the event at the head stays whatever its age, because positions are counted on from it', async () => {
  await writeEvents([30, 30, 30]);
  await prune(database.query, 3, retention);
  expect(await keptPositions()).toEqual([3]);
});

test('events that are not published stay', async () => {
  await writeEvents([30, 30, 30, 30]);
  await prune(database.query, 2, retention);
  expect(await keptPositions()).toEqual([2, 3, 4]);
});

test('no more events are kept than the number says', async () => {
  await writeEvents([0, 0, 0, 0, 0]);
  await prune(database.query, 5, { ...retention, outboxRows: 2 });
  expect(await keptPositions()).toEqual([4, 5]);
});

test('where a history was set back, rows count and not positions', async () => {
  await writeEvents([0, 0, 0]);
  await continueHistory(database.query, 3);
  const head = (await keptPositions()).at(-1)!;
  await prune(database.query, head, { ...retention, outboxRows: 3 });
  expect(await keptPositions()).toEqual([2, 3, head]);
});

test('inbox rows go by age, and by number for each consumer', async () => {
  const write = (consumer: string, ageInDays: number) =>
    database.query("INSERT INTO inbox VALUES ($1, $2, now() - $3 * interval '1 day')", [
      consumer,
      randomUUID(),
      ageInDays,
    ]);
  for (const age of [20, 3, 2, 1]) await write('a', age);
  await write('b', 5);
  await prune(database.query, 0, { ...retention, inboxRows: 2 });

  const rows = await database.query(
    'SELECT consumer, count(*)::int AS kept FROM inbox GROUP BY 1 ORDER BY 1',
  );
  expect(rows).toEqual([
    { consumer: 'a', kept: 2 },
    { consumer: 'b', kept: 1 },
  ]);
});
