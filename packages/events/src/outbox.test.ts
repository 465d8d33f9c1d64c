import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ZodError } from 'zod';
import { appendToOutbox } from './outbox.ts';
import { createScratchDatabase, type ScratchDatabase } from './testing/scratch-database.ts';

let database: ScratchDatabase;
beforeAll(async () => {
  database = await createScratchDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('an event is written in the transaction, with the key that the catalogue names', async () => {
  const payload = { sessionId: randomUUID(), userId: randomUUID() };
  const id = await database.prisma.$transaction((tx) => appendToOutbox(tx, 'sessionRevoked', payload));

  const row = await database.prisma.outbox.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({ name: 'sessionRevoked', key: payload.userId, payload, position: null });
});

test('an event without a key has none', async () => {
  const payload = { userId: randomUUID(), displayName: 'Ada', roles: ['user'] };
  const id = await database.prisma.$transaction((tx) => appendToOutbox(tx, 'userCreated', payload));

  expect(await database.prisma.outbox.findUniqueOrThrow({ where: { id } })).toMatchObject({
    key: null,
    payload,
  });
});

test('a payload that is not what the catalogue says rolls the transaction back', async () => {
  const before = await database.prisma.outbox.count();
  const writing = database.prisma.$transaction(async (tx) => {
    await appendToOutbox(tx, 'userUpdated', { userId: randomUUID() });
    await appendToOutbox(tx, 'userUpdated', { userId: 'not a uuid' });
  });

  await expect(writing).rejects.toBeInstanceOf(ZodError);
  expect(await database.prisma.outbox.count()).toBe(before);
});
