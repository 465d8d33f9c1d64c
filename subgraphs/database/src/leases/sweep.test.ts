import { createTestDatabase, createTestSubgraph, testRedisUrl } from '@kronos/subgraph/testing';
import { afterAll, expect, test, vi } from 'vitest';
import { accessRolesOf } from '../access-roles.ts';
import { createSubgraph } from '../subgraph.ts';
import { admin, analysis, query } from '../test-kit.ts';

const closing = new AsyncDisposableStack();
afterAll(() => closing.disposeAsync());
const [own, projects] = await Promise.all([createTestDatabase('database'), createTestDatabase('projects')]);
closing.use(own);
closing.use(projects);
const redisUrl = await testRedisUrl();

/** The service, as it starts on what another run of it has left. */
function start(environment: NodeJS.ProcessEnv = {}) {
  return createTestSubgraph(createSubgraph, {
    KRONOS_OPERATOR_DATABASE_URL: process.env.KRONOS_TEST_POSTGRES_URL,
    ...{ DATABASE_DATABASE_URL: own.url, PROJECTS_DATABASE_URL: projects.url, REDIS_URL: redisUrl },
    ...environment,
  });
}

type Service = Awaited<ReturnType<typeof start>>;

async function acquire(service: Service): Promise<{ lease: { id: string }; databaseUrl: string }> {
  const { data } = await service.execute(
    `mutation { connectionAcquire(input: {serviceName: "ai-analysis-service", operationType: READ}) {
      lease { id } databaseUrl userErrors { message } } }`,
    {},
    analysis,
  );
  expect(data!.connectionAcquire.userErrors).toEqual([]);
  return data!.connectionAcquire;
}

async function statusOf(service: Service, id: string): Promise<string> {
  const { data } = await service.execute(
    'query ($id: ID!) { connectionLease(id: $id) { status } }',
    { id },
    admin,
  );
  return data!.connectionLease.status;
}

const roleOf = (databaseUrl: string) => new URL(databaseUrl).username;
const hasRole = async (role: string) =>
  (await query(own.url, 'SELECT 1 FROM pg_roles WHERE rolname = $1', [role])).length > 0;
const soon = { timeout: 15_000, interval: 50 };

test('when its time is over, a lease ends with everything that is done with it', async () => {
  await using service = await start({ KRONOS_LEASE_SECONDS: '3' });
  const { lease, databaseUrl } = await acquire(service);
  await expect(query(databaseUrl, 'SELECT pg_sleep(60)')).rejects.toThrow(/terminat/i);
  await vi.waitFor(async () => expect(await hasRole(roleOf(databaseUrl))).toBe(false), soon);
  expect(await statusOf(service, lease.id)).toBe('EXPIRED');
});

test('the server itself lets nobody in after that time, and the next run cleans up', async () => {
  const left = await (async () => {
    await using service = await start({ KRONOS_LEASE_SECONDS: '1' });
    return await acquire(service);
  })();
  // Nobody sweeps now.
  await vi.waitFor(
    () => expect(query(left.databaseUrl, 'SELECT 1')).rejects.toThrow('authentication failed'),
    soon,
  );
  expect(await hasRole(roleOf(left.databaseUrl))).toBe(true);

  const { reader } = accessRolesOf(new URL(projects.url).pathname.slice(1));
  const orphan = `kronos_lease_${'0'.repeat(24)}${process.pid.toString(16).padStart(8, '0')}`;
  await query(own.url, `CREATE ROLE ${orphan} LOGIN IN ROLE "${reader}"`);

  await using service = await start();
  await vi.waitFor(async () => {
    expect(await hasRole(roleOf(left.databaseUrl))).toBe(false);
    expect(await hasRole(orphan)).toBe(false);
    expect(await statusOf(service, left.lease.id)).toBe('EXPIRED');
  }, soon);
});

test('a lease outlives the run of the service that gave it', async () => {
  const left = await (async () => {
    await using service = await start();
    return await acquire(service);
  })();
  await using service = await start();
  await expect(query(left.databaseUrl, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  expect(await statusOf(service, left.lease.id)).toBe('ACTIVE');
  const { data } = await service.execute(
    'mutation ($id: ID!) { connectionRelease(input: {leaseId: $id}) { lease { status durationMs } } }',
    { id: left.lease.id },
    analysis,
  );
  expect(data!.connectionRelease.lease).toEqual({ status: 'RELEASED', durationMs: expect.any(Number) });
  expect(await hasRole(roleOf(left.databaseUrl))).toBe(false);
});
