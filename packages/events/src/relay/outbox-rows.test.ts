import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { appendToOutbox } from '../outbox.ts';
import { createScratchDatabase, type ScratchDatabase } from '../testing/scratch-database.ts';
import { assignPositions, eventsAfter, lastPositionOf, readHistory } from './outbox-rows.ts';

let database: ScratchDatabase;
beforeAll(async () => {
  database = await createScratchDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => database.query('TRUNCATE outbox'));

const append = () =>
  database.prisma.$transaction((tx) => appendToOutbox(tx, 'userUpdated', { userId: randomUUID() }));

test('positions go on without a gap over batches and calls', async () => {
  const ids = [await append(), await append(), await append()];
  const first = await assignPositions(database.query, 2);
  ids.push(await append());
  const second = await assignPositions(database.query, 10);

  expect([...first, ...second].map(({ position, event }) => [position, event.eventId])).toEqual(
    ids.map((id, index) => [index + 1, id]),
  );
  expect(await assignPositions(database.query, 10)).toEqual([]);
});

test('an event that is committed later comes later, even if it was written earlier', async () => {
  let later = '';
  await database.prisma.$transaction(async (tx) => {
    later = await appendToOutbox(tx, 'userUpdated', { userId: randomUUID() });
    const earlier = await append();
    const assigned = await assignPositions(database.query, 10);
    expect(assigned.map(({ event }) => event.eventId)).toEqual([earlier]);
  });

  expect(await assignPositions(database.query, 10)).toMatchObject([
    { position: 2, event: { eventId: later } },
  ]);
});

test('an event is read back as the log delivers it', async () => {
  const userId = randomUUID();
  const before = Date.now();
  const eventId = await database.prisma.$transaction((tx) => appendToOutbox(tx, 'userUpdated', { userId }));
  await assignPositions(database.query, 10);

  const [found] = await eventsAfter(database.query, 0, 10);
  expect(found?.event).toEqual({
    position: '1',
    eventId,
    name: 'userUpdated',
    key: userId,
    occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    payload: { userId },
  });
  expect(Math.abs(Date.parse(found?.event.occurredAt ?? '') - before)).toBeLessThan(5_000);
});

test('the last of several events is known only when all have a position', async () => {
  const [a, b] = [await append(), await append()];
  await assignPositions(database.query, 1);
  expect(await lastPositionOf(database.query, [a])).toBe(1);
  expect(await lastPositionOf(database.query, [a, b])).toBeNull();
  expect(await lastPositionOf(database.query, [a, randomUUID()])).toBeNull();

  await assignPositions(database.query, 1);
  expect(await lastPositionOf(database.query, [b, a, a])).toBe(2);
});

test('the history of an empty outbox begins and ends at 0', async () => {
  expect(await readHistory(database.query, 0)).toEqual({ last: 0, oldest: 0, following: 0, eventId: null });
  const eventId = await append();
  await assignPositions(database.query, 1);
  expect(await readHistory(database.query, 1)).toEqual({ last: 1, oldest: 1, following: 0, eventId });
});
