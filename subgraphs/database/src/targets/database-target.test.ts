import { startTcpProxy } from '@kronos/events/testing';
import { createTestDatabase, type TestMessage } from '@kronos/subgraph/testing';
import { afterAll, expect, test, vi } from 'vitest';
import { admin, analysis, codeOf, createTestDatabases } from '../test-kit.ts';

const projects = await createTestDatabase('projects');
const proxy = await startTcpProxy(projects.url);
const own = await createTestDatabase('database');
const ownProxy = await startTcpProxy(own.url);
const database = await createTestDatabases(['users'], {
  ...{ DATABASE_DATABASE_URL: ownProxy.url, PROJECTS_DATABASE_URL: proxy.url },
  KRONOS_DATABASE_WATCH_MS: '100',
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  for (const opened of [proxy, ownProxy, projects, own]) await opened[Symbol.asyncDispose]();
});

// A busy machine may make any of them slow for a moment.
const patient = { timeout: 20_000, interval: 100 };

/** Reads a stream up to the first change of the projects' database to such a status. */
async function changeTo(stream: AsyncIterator<TestMessage>, statuses: readonly string[]) {
  for (;;) {
    const { databaseHealthChanged: change } = (await stream.next()).value!.data!;
    if (change.target.name === 'projects' && statuses.includes(change.status)) return change;
  }
}

const targetsDocument = `{ databaseTargets {
  name kind status variable version responseTimeMs sizeBytes memoryBytes host port schemas problem
  connections { active idle total } pool { active idle waiting total min max }
  replication { isReplica replicas { name state lagBytes } } } }`;

test('an administrator sees every database, and what is off', async () => {
  const data = await vi.waitFor(async () => {
    const answer = await database.execute(targetsDocument, {}, admin);
    const found = answer.data!.databaseTargets.map(({ name, status }: Record<string, string>) => [
      ...[name, status],
    ]);
    expect(found).toEqual([
      ['database', 'UP'],
      ['projects', 'UP'],
      ['users', 'UP'],
      ['redis', 'UP'],
      ['cosmosdb', 'DISABLED'],
      ['vector', 'DISABLED'],
    ]);
    return answer.data;
  }, patient);
  expect(data!.databaseTargets[1]).toEqual({
    ...{ name: 'projects', kind: 'POSTGRESQL', status: 'UP', variable: null, problem: null },
    ...{ version: expect.stringMatching(/^\d+/), responseTimeMs: expect.any(Number) },
    ...{ sizeBytes: expect.stringMatching(/^\d{7,}$/), memoryBytes: null },
    ...{ host: '127.0.0.1', port: Number(new URL(proxy.url).port), schemas: ['public'] },
    connections: { active: expect.any(Number), idle: expect.any(Number), total: expect.any(Number) },
    pool: expect.objectContaining({ waiting: 0, min: 5, max: 20 }),
    replication: { isReplica: false, replicas: [] },
  });
  expect(data!.databaseTargets[4]).toMatchObject({ variable: 'COSMOS_CONNECTION_STRING', host: null });
});

test('nobody else sees them, by whichever way', async () => {
  for (const document of [
    targetsDocument,
    '{ databaseStatus { status } }',
    '{ _entities(representations: [{__typename: "DatabaseTarget", name: "users"}]) { ... on DatabaseTarget { host } } }',
  ]) {
    expect(codeOf(await database.execute(document))).toBe('UNAUTHENTICATED');
    expect(codeOf(await database.execute(document, {}, {}))).toBe('FORBIDDEN');
    expect(codeOf(await database.execute(document, {}, analysis))).toBe('FORBIDDEN');
  }
});

test('the port of the domain answers /health as the Core Database Service does', async () => {
  const response = await vi.waitFor(async () => {
    const answer = await database.app.inject('/health');
    expect(answer.statusCode).toBe(200);
    expect(answer.json().status).toBe('UP');
    return answer;
  }, patient);
  expect(response.json()).toEqual({
    ...{ status: 'UP', timestamp: expect.stringMatching(/Z$/), service: 'core-database-service' },
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    checks: {
      postgresql: {
        ...{ status: 'UP', responseTime: expect.stringMatching(/^\d+ms$/) },
        connections: { active: expect.any(Number), idle: expect.any(Number), total: expect.any(Number) },
      },
      redis: {
        ...{ status: 'UP', responseTime: expect.stringMatching(/^\d+ms$/) },
        memory: expect.stringMatching(/^\d+MB$/),
      },
      cosmosdb: { status: 'DISABLED' },
      vector: { status: 'DISABLED' },
    },
  });
});

test('a database that goes away and comes back is told of, and strangers learn no more than that', async () => {
  const document = 'subscription { databaseHealthChanged { from status target { name } } }';
  await using stream = await database.subscribe(document, {}, admin);
  const health = '{ databaseHealth { status service checks { postgresql { status } redis { status } } } }';
  await vi.waitFor(
    async () => expect((await database.execute(health)).data!.databaseHealth.status).toBe('UP'),
    patient,
  );

  proxy.cut();
  expect(await changeTo(stream, ['DOWN'])).toMatchObject({ from: expect.stringMatching(/UP|DEGRADED/) });
  expect((await database.execute(health)).data!.databaseHealth).toMatchObject({
    ...{ status: 'DEGRADED', service: 'core-database-service' },
    checks: { postgresql: { status: 'DEGRADED' } },
  });
  expect((await database.app.inject('/health')).statusCode).toBe(200);

  proxy.mend();
  expect(await changeTo(stream, ['UP', 'DEGRADED'])).toMatchObject({ from: 'DOWN' });
  expect(codeOf(await database.execute('{ databaseStatus { status } }', {}, analysis))).toBe('FORBIDDEN');
});

test('while its own database is away, it still says how all are, and goes on watching when that is back', async () => {
  const document = '{ databaseHealth { status checks { postgresql { status } redis { status } } } }';
  const health = async () => (await database.execute(document)).data!.databaseHealth;
  ownProxy.cut();
  await vi.waitFor(
    async () =>
      expect(await health()).toMatchObject({ status: 'DEGRADED', checks: { redis: { status: 'UP' } } }),
    patient,
  );
  expect((await database.app.inject('/health')).statusCode).toBe(200);
  ownProxy.mend();
  await vi.waitFor(async () => expect((await health()).status).toBe('UP'), patient);

  await using stream = await database.subscribe(
    'subscription { databaseHealthChanged { from status target { name } } }',
    {},
    admin,
  );
  proxy.cut();
  await changeTo(stream, ['DOWN']);
  proxy.mend();
});
