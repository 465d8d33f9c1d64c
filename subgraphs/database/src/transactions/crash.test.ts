import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { newId } from '@kronos/subgraph';
import { createTestDatabase, erasePerson, testRedisUrl } from '@kronos/subgraph/testing';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { personalData } from '../personal-data.ts';
import type { Step } from './coordinator.ts';
import { openProcess } from './crash-kit.ts';
import { redisKey } from './redis-writes.ts';

const databases = await Promise.all(
  ['database', 'projects', 'users'].map((domain) => createTestDatabase(domain)),
);
afterAll(() => Promise.all(databases.map((database) => database[Symbol.asyncDispose]())));
const [log, projects, users] = databases.map(({ url }) => url) as [string, string, string];
const environment = {
  DATABASE_DATABASE_URL: log,
  PROJECTS_DATABASE_URL: projects,
  USERS_DATABASE_URL: users,
  KRONOS_OPERATOR_DATABASE_URL: process.env.KRONOS_TEST_POSTGRES_URL,
  REDIS_URL: await testRedisUrl(),
};
const survivor = openProcess(environment);
afterAll(() => survivor.close());
const [inProjects, inUsers] = [projects, users].map(
  (connectionString) => new pg.Client({ connectionString }),
) as [pg.Client, pg.Client];
await Promise.all([inProjects.connect(), inUsers.connect()]);
afterAll(() => Promise.all([inProjects.end(), inUsers.end()]));

const steps: Step[] = [
  ...(['logged', 'leased', 'begun', 'executed', 'announced', 'prepared one', 'prepared', 'decided'] as const),
  ...(['committed one', 'committed', 'keys written', 'invalidated', 'finished'] as const),
];
type Stores = { users: boolean; projects: boolean; redis: boolean };
const everywhere: Stores = { users: true, projects: true, redis: true };

/** Of one database it is that database that decides, when it commits; otherwise it is the log. */
function isDecided(step: Step, { users, projects }: Stores): boolean {
  return steps.indexOf(step) >= steps.indexOf(users === projects ? 'decided' : 'committed');
}

async function makePerson(): Promise<string> {
  const userId = newId();
  await inUsers.query(`INSERT INTO "user" (id, display_name) VALUES ($1, 'before')`, [userId]);
  return userId;
}

const operationsOf = (userId: string, text: string, stores: Stores) => [
  ...(stores.projects
    ? [{ database: 'POSTGRESQL', operation: 'INSERT', table: 'projects', data: { title: text } }]
    : []),
  ...(stores.users
    ? [
        {
          ...{ database: 'POSTGRESQL', operation: 'UPDATE', table: 'users' },
          ...{ data: { display_name: text }, where: { id: userId } },
        },
      ]
    : []),
  ...(stores.redis ? [{ database: 'REDIS', operation: 'SET', key: 'state', value: text }] : []),
];

/** What a person's data is, everywhere. */
async function stateOf(userId: string) {
  const titles = await inProjects.query('SELECT title FROM projects WHERE user_id = $1 ORDER BY title', [
    userId,
  ]);
  const names = await inUsers.query('SELECT display_name FROM "user" WHERE id = $1', [userId]);
  return {
    titles: titles.rows.map(({ title }) => title as string),
    name: names.rows[0].display_name as string,
    key: await survivor.redis.get(redisKey({ user: userId }, 'state')),
  };
}

/** Recovers until nothing of a person's is open: a server may need a moment to notice that a process is gone. */
async function recovered(userId: string) {
  const isOpen = (transaction: { userId: string | null }) => transaction.userId === userId;
  do await survivor.recovery.recover();
  while ((await survivor.log.open()).some(isOpen));
  const { rows } = await inProjects.query<{ gid: string }>('SELECT gid FROM pg_prepared_xacts');
  const ids = (await survivor.db.dataTransaction.findMany({ where: { userId } })).map(({ id }) => id);
  expect(rows.filter(({ gid }) => ids.some((id) => gid.includes(id)))).toEqual([]);
}

/** How often a person's transactions were announced, in both domains. */
async function announced(userId: string): Promise<number[]> {
  const counts = [inProjects, inUsers].map((client) =>
    client.query(
      `SELECT count(*)::int AS n FROM outbox WHERE payload->>'userId' = $1 AND name ~ 'Updated$'`,
      [userId],
    ),
  );
  return (await Promise.all(counts)).map(({ rows }) => rows[0].n);
}

const before = { titles: [], name: 'before', key: null };
const after = { titles: ['after'], name: 'after', key: 'after' };

test.each(['prepared', 'committed one'] as const)(
  'a process that is killed once it has “%s” leaves nothing half done',
  async (killAt) => {
    const userId = await makePerson();
    const work = { operations: operationsOf(userId, 'after', everywhere), userId, killAt };
    const script = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
    const child = spawn(process.execPath, [script, JSON.stringify(work)], {
      env: { ...process.env, ...environment },
      stdio: 'inherit',
    });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    await recovered(userId);
    expect(await stateOf(userId)).toEqual(isDecided(killAt, everywhere) ? after : before);
  },
);

const connectionsQuery = `SELECT pid FROM pg_stat_activity
  WHERE application_name IN ('kronos-database', 'kronos-coordinator') AND datname = ANY($1)`;
const names = [log, projects, users].map((url) => new URL(url).pathname.slice(1));
const connections = async () =>
  new Set((await inUsers.query<{ pid: number }>(connectionsQuery, [names])).rows.map(({ pid }) => pid));

/**
 * Executes operations in what has connections like a process of its own, which all end once it has come to a step; what it
 * was about to do never comes.
 *
 * @returns the step, or what has become of the transaction when it did not come to it
 */
async function executeUntil(crashAt: Step | null, operations: readonly object[], userId: string) {
  const reached = Promise.withResolvers<Step>();
  const others = await connections();
  const victim = openProcess(environment, (step) => {
    if (step !== crashAt) return undefined;
    reached.resolve(step);
    return new Promise(() => undefined);
  });
  const executing = victim.execute(operations, userId).then(({ status }) => status);
  const outcome = await Promise.race([executing, reached.promise]);
  if (outcome === crashAt) {
    const pids = [...(await connections())].filter((pid) => !others.has(pid));
    await inUsers.query('SELECT pg_terminate_backend(pid, 5000) FROM unnest($1::int[]) AS pid', [pids]);
    victim.redis.disconnect();
    void victim.db.$disconnect();
  } else await victim.close();
  return outcome;
}

test.each(steps)(
  'what is cut off after “%s” is done everywhere or nowhere, and announced so',
  async (step) => {
    const userId = await makePerson();
    expect(await executeUntil(step, operationsOf(userId, 'after', everywhere), userId)).toBe(step);
    await recovered(userId);
    expect(await stateOf(userId)).toEqual(isDecided(step, everywhere) ? after : before);
    expect(await announced(userId)).toEqual(isDecided(step, everywhere) ? [1, 1] : [0, 0]);
    // The room for its key is given back, or is that of the key.
    expect(await survivor.redis.exists(redisKey({ user: userId }, '#reserved'))).toBe(0);
  },
);

/** What the log says of a person's transactions, the first one first. */
const logged = (userId: string) =>
  survivor.db.dataTransaction.findMany({ where: { userId }, orderBy: { id: 'asc' } });

test('what was decided later is not written over by what is recovered', async () => {
  const userId = await makePerson();
  const set = (value: string) => [{ database: 'REDIS', operation: 'SET', key: 'state', value }];
  expect(await executeUntil('decided', set('earlier'), userId)).toBe('decided');
  expect((await survivor.execute(set('later'), userId)).status).toBe('COMMITTED');
  await recovered(userId);
  expect((await stateOf(userId)).key).toBe('later');
  expect((await logged(userId)).map(({ status }) => status)).toEqual(['COMMITTED', 'COMMITTED']);

  await executeUntil('decided', set('earlier'), userId);
  await survivor.execute([{ database: 'REDIS', operation: 'DEL', key: 'state' }], userId);
  await recovered(userId);
  expect((await stateOf(userId)).key).toBeNull();
});

test('what has rolled back at the last moment does not say that it was done', async () => {
  const userId = await makePerson();
  const stores = { users: false, projects: true, redis: true };
  await executeUntil('decided', operationsOf(userId, 'after', stores), userId);
  await recovered(userId);
  const [transaction] = await logged(userId);
  expect(transaction).toMatchObject({
    status: 'ROLLED_BACK',
    results: [
      { operation: 1, status: 'ROLLED_BACK', data: null },
      { operation: 2, status: 'ROLLED_BACK', data: null },
    ],
  });
});

test('a person’s erasure does not cut off what is being carried out, which goes when it is done', async () => {
  const userId = await makePerson();
  await survivor.execute(operationsOf(userId, 'before', everywhere), userId);
  await executeUntil('committed one', operationsOf(userId, 'after', everywhere), userId);
  const erase = () => survivor.db.$transaction((tx) => erasePerson(tx, personalData, userId));
  expect(await erase()).toMatchObject({ erased: 1, retained: 1, reason: expect.any(String) });
  await recovered(userId);
  expect(await stateOf(userId)).toEqual({ titles: ['after', 'before'], name: 'after', key: 'after' });
  expect(await logged(userId)).toEqual([]);
});

test('whatever is cut off wherever: after recovery all is done or nothing, as the model says', async () => {
  const work = fc.record({
    stores: fc
      .record({ users: fc.boolean(), projects: fc.boolean(), redis: fc.boolean() })
      .filter(({ users, projects, redis }) => users || projects || redis),
    crashAt: fc.option(fc.constantFrom(...steps)),
    fails: fc.boolean(),
  });
  const impossible = {
    ...{ database: 'POSTGRESQL', operation: 'UPDATE', table: 'projects' },
    ...{ data: { title: 'x' }, where: { title: 'There is none.' } },
  };
  await fc.assert(
    fc.asyncProperty(fc.array(work, { minLength: 1, maxLength: 3 }), async (sequence) => {
      const userId = await makePerson();
      const model = { titles: [] as string[], name: 'before', key: null as string | null };
      for (const [index, { stores, crashAt, fails }] of sequence.entries()) {
        const text = `after ${index}`;
        const operations = [...operationsOf(userId, text, stores), ...(fails ? [impossible] : [])];
        const outcome = await executeUntil(crashAt, operations, userId);
        await recovered(userId);
        const isDone =
          outcome === 'COMMITTED' ||
          (outcome !== 'ROLLED_BACK' && !fails && isDecided(outcome as Step, stores));
        if (isDone && stores.projects) model.titles.push(text);
        if (isDone && stores.users) model.name = text;
        if (isDone && stores.redis) model.key = text;
        expect(await stateOf(userId)).toEqual(model);
      }
    }),
    { numRuns: 6 },
  );
});
