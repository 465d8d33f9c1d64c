import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { admin, analysis, codeOf, createTestDatabases, query } from '../test-kit.ts';

const database = await createTestDatabases(['events', 'users']);
afterAll(() => database[Symbol.asyncDispose]());
const eventsUrl = database.urls.events!;

beforeAll(async () => {
  await query(process.env.KRONOS_TEST_POSTGRES_URL!, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await query(
    eventsUrl,
    `CREATE TABLE owner (id int PRIMARY KEY);
     CREATE TABLE thing (id int PRIMARY KEY, owner_id int REFERENCES owner, colour text, weight int);
     CREATE INDEX thing_weight ON thing (weight);
     CREATE INDEX thing_weight_id ON thing (weight, id);
     CREATE INDEX thing_never ON thing ((weight + 1));
     INSERT INTO owner SELECT generate_series(1, 10);
     INSERT INTO thing SELECT n, 1 + n % 10, 'colour ' || n, n FROM generate_series(1, 20000) AS n;
     ANALYZE thing`,
  );
});

const counted = `SELECT id FROM thing WHERE colour = $1`;

test('the statements that take the longest, without their values and without anybody’s password', async () => {
  await query(eventsUrl, counted, ['a secret colour']);
  await query(
    eventsUrl,
    `CREATE ROLE "care ${process.pid}" PASSWORD 'sesame'; DROP ROLE "care ${process.pid}"`,
  );
  const document = `query ($domain: String) { slowQueries(domain: $domain, first: 100, orderBy: TOTAL_TIME) {
    domain fingerprint sample calls rows meanMs maxMs totalMs } }`;
  const { data } = await database.execute(document, { domain: 'events' }, admin);
  const samples = data!.slowQueries.map(({ sample }: { sample: string }) => sample);
  expect(data!.slowQueries.find(({ sample }: { sample: string }) => sample.includes('colour = $1'))).toEqual({
    ...{
      domain: 'events',
      fingerprint: expect.stringMatching(/^-?\d+$/),
      sample: counted,
      calls: '1',
      rows: '0',
    },
    ...{ meanMs: expect.any(Number), maxMs: expect.any(Number), totalMs: expect.any(Number) },
  });
  expect(samples.join('\n')).not.toMatch(/sesame|a secret colour/);
  const { data: others } = await database.execute(document, { domain: 'users' }, admin);
  expect(others!.slowQueries.some(({ sample }: { sample: string }) => sample.includes('colour'))).toBe(false);
});

test('indexes that nobody needs, and those that are missing', async () => {
  const document = `{ indexAdvice(domain: "events") { domain kind table index statement reason sizeBytes } }`;
  await vi.waitFor(
    async () => {
      const { data } = await database.execute(document, {}, admin);
      const found = data!.indexAdvice.map(({ kind, statement }: Record<string, string>) => [kind, statement]);
      expect(found).toEqual(
        expect.arrayContaining([
          ['DUPLICATE', 'DROP INDEX CONCURRENTLY thing_weight'],
          ['UNUSED', 'DROP INDEX CONCURRENTLY thing_never'],
          ['MISSING', 'CREATE INDEX CONCURRENTLY ON thing (owner_id)'],
          ['MISSING', 'CREATE INDEX CONCURRENTLY ON "thing" (colour)'],
        ]),
      );
      const statements = found.map(([, statement]: string[]) => statement);
      expect(new Set(statements).size).toBe(statements.length);
      expect(statements.join()).not.toMatch(/thing_pkey|event_pkey/);
    },
    { timeout: 15_000, interval: 250 },
  );
});

test('sizes of tables and indexes, and what connections are doing', async () => {
  const { data, errors } = await database.execute(
    `{ tableSizes(domain: "events") { table estimatedRows deadRows tableBytes indexBytes totalBytes bloatBytes
         indexes { name sizeBytes scans isUnique definition } }
       connectionStats(domain: "events") { domain total active idle maxConnections commits cacheHitRatio
         clients { applicationName role connections } } }`,
    {},
    admin,
  );
  expect(errors).toBeUndefined();
  const [largest] = data!.tableSizes;
  expect(largest).toMatchObject({ table: 'thing', estimatedRows: '20000' });
  expect(Number(largest.totalBytes)).toBe(Number(largest.tableBytes) + Number(largest.indexBytes));
  expect(Number(largest.bloatBytes)).toBeLessThan(Number(largest.tableBytes) / 4);
  expect(largest.indexes.map(({ name }: { name: string }) => name)).toEqual([
    ...['thing_never', 'thing_pkey', 'thing_weight', 'thing_weight_id'],
  ]);
  const [stats] = data!.connectionStats;
  expect(stats.total).toBeGreaterThan(0);
  expect(stats.clients).toContainEqual({
    ...{ applicationName: 'kronos-database', role: expect.any(String), connections: expect.any(Number) },
  });
});

test('bloat is seen where rows were deleted', async () => {
  await query(eventsUrl, 'DELETE FROM thing WHERE id > 1000');
  await query(eventsUrl, 'ANALYZE thing');
  const { data } = await database.execute(
    '{ tableSizes(domain: "events") { table bloatBytes tableBytes } }',
    {},
    admin,
  );
  const thing = data!.tableSizes.find(({ table }: { table: string }) => table === 'thing');
  expect(Number(thing.bloatBytes)).toBeGreaterThan(Number(thing.tableBytes) / 2);
});

test('all of it is for administrators alone, and of domains that are here', async () => {
  for (const field of ['slowQueries', 'indexAdvice', 'tableSizes', 'connectionStats']) {
    const document = `query ($domain: String) { ${field}(domain: $domain) { __typename } }`;
    expect(codeOf(await database.execute(document))).toBe('UNAUTHENTICATED');
    expect(codeOf(await database.execute(document, {}, {}))).toBe('FORBIDDEN');
    expect(codeOf(await database.execute(document, {}, analysis))).toBe('FORBIDDEN');
    expect(codeOf(await database.execute(document, { domain: `x'; --` }, admin))).toBe('NOT_FOUND');
  }
  expect(codeOf(await database.execute('{ slowQueries(first: 101) { sample } }', {}, admin))).toBe(
    'BAD_USER_INPUT',
  );
});
