import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { personalDataDomains } from './catalogue/index.ts';
import { createEventLog } from './log/event-log.ts';
import { appendToOutbox } from './outbox.ts';
import { announceDataErased, erasedName, scrubOutbox } from './personal-data.ts';
import { createRelay, type Relay } from './relay/relay.ts';
import { type RedisProcess, startRedisProcess } from './testing/redis-process.ts';
import { createScratchDatabase, type ScratchDatabase } from './testing/scratch-database.ts';

const logger = pino({ level: 'silent' });
let redis: RedisProcess;
let database: ScratchDatabase;
let relay: Relay;
beforeAll(async () => {
  [redis, database] = await Promise.all([startRedisProcess(), createScratchDatabase()]);
  relay = createRelay({ domain: 'auth', databaseUrl: database.url, redisUrl: redis.url, logger });
  relay.start();
});
afterAll(async () => {
  await relay.close();
  await Promise.all([redis[Symbol.asyncDispose](), database[Symbol.asyncDispose]()]);
});

const signUp = async (displayName: string) => {
  const userId = randomUUID();
  await relay.settled(
    [await appendToOutbox(database.prisma, 'userCreated', { userId, displayName, roles: [] })],
    10_000,
  );
  return userId;
};

/** As a domain does it: everything in one transaction. */
const erase = (userId: string) =>
  database.prisma.$transaction(async (tx) => {
    await scrubOutbox(tx, 'auth', userId);
    await announceDataErased(tx, 'auth', {
      requestId: randomUUID(),
      userId,
      rowsErased: 1,
      rowsAnonymised: 0,
      rowsRetained: 0,
      retentionReason: null,
    });
  });

test('an erased person’s name goes from outbox and log; readers see neither gap nor duplicate', async () => {
  const log = createEventLog({ redisUrl: redis.url, logger });
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  const listener = await log.subscribe('auth', { names: ['userCreated', 'authDataErased'] }, '0');
  const heard = async () => (await listener.next()).value;
  expect(await heard()).toMatchObject({ position: '1', payload: { displayName: 'Ada' } });

  await erase(ada);
  expect(await heard()).toMatchObject({ position: '2', payload: { displayName: 'Ben' } });
  expect(await heard()).toMatchObject({ position: '3', name: 'authDataErased' });
  const cid = await signUp('Cid');
  expect(await heard()).toMatchObject({ position: '4', payload: { userId: cid } });

  const events = await log.read('auth', '0', 10);
  expect(events.map(({ position }) => position)).toEqual(['1', '2', '3', '4']);
  expect(events[0]).toMatchObject({ payload: { userId: ada, displayName: erasedName } });
  expect(events[1]).toMatchObject({ payload: { userId: ben, displayName: 'Ben' } });
  expect(JSON.stringify(await redis.admin.xrange('kronos:events:auth', '-', '+'))).not.toContain('Ada');
  const rows = await database.query<{ payload: object }>('SELECT payload FROM outbox');
  expect(JSON.stringify(rows)).not.toContain('Ada');
  await listener.return?.();
  await log.close();
});

test('every domain that answers is asked', () => {
  expect(personalDataDomains()).toEqual(
    expect.arrayContaining(['auth', 'events', 'notifications', 'router', 'users']),
  );
});
