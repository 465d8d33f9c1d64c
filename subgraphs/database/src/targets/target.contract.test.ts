import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@kronos/service';
import { createTestDatabase, testRedisUrl } from '@kronos/subgraph/testing';
import { createHttpServer } from '@vercel/cosmosdb-server';
import { afterAll, describe, expect, test } from 'vitest';
import { openDatabases } from '../databases.ts';
import { openRedisPool } from '../redis-pool.ts';
import { cosmosTarget } from './cosmos-target.ts';
import { createObservatory } from './observatory.ts';
import { postgresTarget } from './postgres-target.ts';
import { redisTarget } from './redis-target.ts';
import type { Facts, Target } from './target.ts';
import { disabledTarget } from './targets.ts';
import { vectorTarget } from './vector-target.ts';

/** How one kind of target is made, where its database is and where there is none. */
interface Case {
  kind: Target['kind'];
  at(url: string): Target;
  url: string;
  /** An address that answers nobody. */
  nowhere: string;
  facts: Partial<Facts>;
}

const closing = new AsyncDisposableStack();
afterAll(() => closing.disposeAsync());

const logger = createLogger({ name: 'test', level: 'silent' });
const database = closing.use(await createTestDatabase('database'));
const folder = await mkdtemp(join(tmpdir(), 'kronos-vectors-'));
closing.defer(() => rm(folder, { recursive: true }));

const cosmos = createHttpServer().listen(0, '127.0.0.1');
await once(cosmos, 'listening');
closing.defer(() => {
  cosmos.closeAllConnections();
  cosmos.close();
});

/** A target, and what it is made of, that are closed together. */
function postgresAt(url: string): Target {
  const settings = { DB_POOL_MIN: 0, DB_POOL_MAX: 2, DB_POOL_IDLE_TIMEOUT: 1_000 };
  const databases = openDatabases({ EVENTS_DATABASE_URL: url }, settings, logger);
  return { ...postgresTarget(databases.get('events')!), close: () => databases.close() };
}

function redisAt(url: string): Target {
  const pool = openRedisPool(url, 2);
  return { ...redisTarget(url, pool), close: () => pool.close() };
}

const text = expect.any(String);
const bytes = expect.any(BigInt);
const cases: Case[] = [
  {
    ...{ kind: 'POSTGRESQL', at: postgresAt, url: database.url },
    nowhere: 'postgresql://someone:sesame@127.0.0.1:1/database',
    facts: {
      ...{ version: expect.stringMatching(/^\d+/), sizeBytes: bytes, schemas: ['public'] },
      connections: { active: expect.any(Number), idle: expect.any(Number), total: expect.any(Number) },
      replication: { isReplica: false, replicas: [] },
    },
  },
  {
    ...{ kind: 'REDIS', at: redisAt, url: await testRedisUrl(), nowhere: 'redis://:sesame@127.0.0.1:1' },
    facts: { version: text, memoryBytes: bytes, replication: { isReplica: false, replicas: [] } },
  },
  {
    ...{ kind: 'COSMOSDB', at: cosmosTarget },
    url: `AccountEndpoint=http://127.0.0.1:${(cosmos.address() as AddressInfo).port}/;AccountKey=c2VzYW1l;`,
    nowhere: 'AccountEndpoint=http://127.0.0.1:1/;AccountKey=c2VzYW1l;',
    facts: { schemas: [] },
  },
  {
    ...{ kind: 'VECTOR', at: vectorTarget, url: `file:${folder}/new/vectors.db` },
    nowhere: 'file:/dev/null/vectors.db',
    facts: { version: expect.stringMatching(/^sqlite-vec v/), sizeBytes: bytes },
  },
];

describe.each(cases)('$kind', ({ kind, at, url, nowhere, facts }) => {
  test('it says how it is, again and again', async () => {
    const target = at(url);
    expect(target.kind).toBe(kind);
    expect(await target.probe()).toMatchObject({ responseTimeMs: expect.any(Number), ...facts });
    const [again, together] = await Promise.all([target.probe(), target.probe()]);
    expect(again).toMatchObject(facts);
    expect(together).toMatchObject(facts);
    await target.close();
  });

  test('nothing is opened before the first probe, and closing what was never opened is no fault', async () => {
    const target = at(nowhere);
    expect(target.poolStats()?.total ?? 0).toBe(0);
    await target.close();
  });

  test('where there is none, it is down, for a reason that tells no secret', async () => {
    const target = at(nowhere);
    const [found] = await createObservatory([target]).observe();
    expect(found).toMatchObject({ status: 'DOWN', facts: null, problem: expect.stringMatching(/./) });
    expect(found?.problem).not.toMatch(/sesame|c2VzYW1l/);
    await target.close();
  });
});

test('a PostgreSQL without pgvector says that it has no vectors', async () => {
  const target = vectorTarget(database.url);
  const [found] = await createObservatory([target]).observe();
  expect(found).toMatchObject({ status: 'DOWN', problem: 'type "vector" does not exist' });
  await target.close();
});

test('what is off says by which variable it is turned on', async () => {
  const [found] = await createObservatory([disabledTarget('vector', 'VECTOR', 'VECTOR_DB_URL')]).observe();
  expect(found).toMatchObject({ status: 'DISABLED', problem: 'VECTOR_DB_URL is not set.' });
});

test('connections of the Redis pool are used by one at a time, and by no more than there may be', async () => {
  const pool = openRedisPool(cases[1]!.url, 2);
  let most = 0;
  await Promise.all(
    Array.from({ length: 10 }, () =>
      pool.use(async (redis) => {
        most = Math.max(most, pool.stats().active);
        await redis.ping();
      }),
    ),
  );
  expect(most).toBe(2);
  expect(pool.stats()).toEqual({ active: 0, idle: 2, waiting: 0, total: 2, min: 0, max: 2 });
  await pool.close();
});
