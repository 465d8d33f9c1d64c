import { afterAll, expect, test } from 'vitest';
import { admin, analysis, createTestDatabases, userService } from '../test-kit.ts';

const database = await createTestDatabases(['projects', 'users'], {
  ...{ KRONOS_LEASES_MAX: '3', KRONOS_LEASES_PER_SERVICE: '2', KRONOS_LEASE_WAIT_MS: '5000' },
});
afterAll(() => database[Symbol.asyncDispose]());

async function acquire(serviceName: string, as = analysis) {
  const { data } = await database.execute(
    `mutation ($input: ConnectionAcquireInput!) { connectionAcquire(input: $input) {
      lease { id } databaseUrl poolStats { active idle waiting } userErrors { code message details } } }`,
    { input: { serviceName, operationType: 'READ' } },
    as,
  );
  return data!.connectionAcquire;
}

async function release(leaseId: string) {
  const { data } = await database.execute(
    'mutation ($id: ID!) { connectionRelease(input: {leaseId: $id}) { lease { status } } }',
    { id: leaseId },
    admin,
  );
  expect(data!.connectionRelease.lease.status).toBe('RELEASED');
}

const line = async () => {
  const { data } = await database.execute(
    '{ connectionLeases(filter: {status: ACTIVE}) { nodes { id } } }',
    {},
    admin,
  );
  return data!.connectionLeases.nodes as { id: string }[];
};

test('leases are bounded for each service and in all; who waits gets the next one', async () => {
  const [first, second] = [await acquire('ai-analysis-service'), await acquire('ai-analysis-service')];
  // A third waits for its own service to give one back, which is no matter of another service.
  const third = acquire('ai-analysis-service');
  const other = await acquire('core-user-service', userService);
  expect(other.userErrors).toEqual([]);
  expect(other.poolStats).toMatchObject({ active: 3, idle: 0 });
  await release(first.lease.id);
  expect((await third).lease.id).not.toBe(second.lease.id);

  // All are taken now.
  const waiting = acquire('core-user-service', userService);
  await release(second.lease.id);
  expect((await waiting).userErrors).toEqual([]);
  for (const { id } of await line()) await release(id);
  expect(await line()).toEqual([]);
});

test('of many who come at once some wait in vain: they are told when to come again, administrators once', async () => {
  await using stream = await database.subscribe(
    'subscription { poolExhausted { serviceName target { name } } }',
    {},
    admin,
  );
  const all = await Promise.all(Array.from({ length: 5 }, () => acquire('ai-analysis-service')));
  expect(await line()).toHaveLength(2);
  const refused = all.filter(({ lease }) => lease === null);
  expect(refused).toHaveLength(3);
  for (const { databaseUrl, userErrors } of refused) {
    expect(databaseUrl).toBeNull();
    expect(userErrors).toEqual([
      {
        code: 'DATABASE_CONNECTION_FAILED',
        message: 'Unable to acquire a database connection.',
        details: { database: 'postgresql', poolStatus: 'exhausted', retryAfter: 30 },
      },
    ]);
  }
  expect((await stream.message()).data!.poolExhausted).toEqual({
    ...{ serviceName: 'ai-analysis-service', target: { name: 'projects' } },
  });
});
