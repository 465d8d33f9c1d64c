import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isDatabaseAway } from './database-errors.ts';
import { createFixtureSubgraph } from './fixture/fixture-subgraph.ts';
import { type ScratchPostgres, startScratchPostgres } from './fixture/scratch-postgres.ts';
import { newId } from './ids.ts';
import { createTestDomain, type TestDomain, type TestResult } from './testing/index.ts';

let postgres: ScratchPostgres;
let kit: TestDomain;
const userId = newId();

beforeAll(async () => {
  postgres = await startScratchPostgres();
  vi.stubEnv('KRONOS_TEST_POSTGRES_URL', postgres.url);
  kit = await createTestDomain('auth', createFixtureSubgraph);
});
afterAll(async () => {
  await postgres.start().catch(() => {});
  await kit[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

const revoke = 'mutation ($id: UUID!) { sessionRevoke(sessionId: $id) { eventId userErrors { code } } }';
const publish = () => kit.execute(revoke, { id: newId() }, { userId });

const unavailable = (path: string) => ({
  message: 'The database is not available right now.',
  path: [path],
  extensions: { code: 'SERVICE_UNAVAILABLE', details: { database: 'fixture' }, retryAfter: 2 },
});

test('while the database is killed, every answer says so, and it heals by itself', async () => {
  expect(await kit.execute('{ eventCount }')).toEqual({ data: { eventCount: 0 } });

  const results: TestResult[] = [];
  let isOver = false;
  const busy = (async () => {
    while (!isOver) results.push(...(await Promise.all([kit.execute('{ eventCount }'), publish()])));
  })();
  await vi.waitFor(() => expect(results.length).toBeGreaterThan(10));
  await postgres.kill();
  await vi.waitFor(() => expect(results.at(-1)?.errors).toBeDefined());
  expect(await kit.execute('{ greeting eventCount }')).toEqual({
    data: { greeting: 'hello', eventCount: null },
    errors: [unavailable('eventCount')],
  });
  await postgres.start();
  await vi.waitFor(() => expect(results.at(-1)?.errors).toBeUndefined(), { timeout: 10_000 });
  isOver = true;
  await busy;

  const errors = results.flatMap((result) => result.errors ?? []);
  for (const error of errors) expect(error).toEqual(unavailable(String(error.path?.[0])));
});

test('an event whose answer needs the database waits for it, and none is lost', async () => {
  const { value: first } = await publishAndHear();
  await postgres.kill();
  const stream = await kit.subscribe(
    'subscription { sessionRevoked { cursor eventCount } }',
    {},
    { userId },
    String(Number(first?.cursor) - 1),
  );
  const heard: unknown[] = [];
  const hearing = stream.message().then((message) => heard.push(message));
  await vi.waitFor(async () => expect((await kit.execute('{ eventCount }')).errors).toBeDefined());
  expect(heard).toEqual([]);

  await postgres.start();
  await hearing;
  expect(heard).toEqual([
    expect.objectContaining({
      cursor: first?.cursor,
      data: { sessionRevoked: { cursor: first?.cursor, eventCount: expect.any(Number) } },
    }),
  ]);
  await stream.return?.();
});

async function publishAndHear() {
  const stream = await kit.subscribe('subscription { sessionRevoked { cursor } }', {}, { userId });
  await publish();
  const step = await stream.next();
  await stream.return?.();
  return step;
}

test.each([
  [{ code: 'P1001' }, true],
  [{ cause: { code: 'ECONNREFUSED' } }, true],
  [{ code: '57P03' }, true],
  [{ message: 'timeout exceeded when trying to connect' }, true],
  [
    { code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'postgres', originalCode: '57P01' } } } },
    true,
  ],
  [{ code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'DatabaseNotReachable' } } } }, true],
  [{ code: 'P2028', message: 'Unable to start a transaction in the given time.' }, true],
  [{ code: 'P2002', meta: {} }, false],
  [{ code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '23505' } } } }, false],
  [{ code: '42P01' }, false],
  [new TypeError('x is not a function'), false],
  [null, false],
  ['P1001', false],
])('%o', (error, isAway) => {
  expect(isDatabaseAway(error)).toBe(isAway);
});
