import { encodeId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, expect, test, vi } from 'vitest';
import { admin, analysis, codeOf, createTestDatabases, query, userService } from '../test-kit.ts';

const database = await createTestDatabases(['projects', 'users', 'auth'], {
  // A server that is away all the time: leases on the other one are none of its business.
  EVENTS_DATABASE_URL: 'postgresql://kronos_events@127.0.0.1:1/kronos_events',
});
afterAll(() => database[Symbol.asyncDispose]());

const acquireDocument = `mutation ($input: ConnectionAcquireInput!) {
  connectionAcquire(input: $input) {
    lease { id serviceName domain databaseType operationType status acquiredAt expiresAt releasedAt durationMs }
    databaseUrl poolStats { active idle waiting total min max }
    userErrors { code field message details } } }`;

async function acquire(input: object, as: Actor = analysis) {
  const wish = { serviceName: 'ai-analysis-service', operationType: 'READ', ...input };
  const { data, errors } = await database.execute(acquireDocument, { input: wish }, as);
  expect(errors).toBeUndefined();
  return data!.connectionAcquire;
}

async function release(input: object, as: Actor = analysis) {
  const { data } = await database.execute(
    `mutation ($input: ConnectionReleaseInput!) { connectionRelease(input: $input) {
      lease { id status releasedAt durationMs } userErrors { code field } } }`,
    { input },
    as,
  );
  return data!.connectionRelease;
}

/** @param by who puts the policy; an administrator, when omitted */
async function put(input: object = {}, by: Actor = admin) {
  const { data, errors } = await database.execute(
    `mutation ($input: LeasePolicyPutInput!) { leasePolicyPut(input: $input) {
      leasePolicy { serviceName domain clientId operations } userErrors { code field } } }`,
    {
      input: {
        ...{ serviceName: 'ai-analysis-service', domain: 'projects', operations: ['READ', 'WRITE'] },
        ...{ clientId: encodeId('oauth_client', analysis.serviceId!), ...input },
      },
    },
    by,
  );
  return (
    errors?.[0]?.extensions?.code ??
    data!.leasePolicyPut.userErrors[0]?.code ??
    data!.leasePolicyPut.leasePolicy
  );
}

const insert = `INSERT INTO outbox (id, name, payload) VALUES (gen_random_uuid(), 'x', '{}')`;

test('a service leases a connection that reads its domain, and gives it back', async () => {
  const { lease, databaseUrl, poolStats, userErrors } = await acquire({ databaseType: 'POSTGRESQL' });
  expect(userErrors).toEqual([]);
  expect(lease).toMatchObject({
    ...{ serviceName: 'ai-analysis-service', domain: 'projects', databaseType: 'POSTGRESQL' },
    ...{ operationType: 'READ', status: 'ACTIVE', releasedAt: null },
  });
  expect(Date.parse(lease.expiresAt) - Date.parse(lease.acquiredAt)).toBe(300_000);
  expect(poolStats).toEqual({ active: 1, idle: 49, waiting: 0, total: 50, min: 0, max: 50 });

  await expect(query(databaseUrl, 'SELECT * FROM projects')).resolves.toEqual([]);
  const write = 'BEGIN READ WRITE; DELETE FROM projects';
  await expect(query(databaseUrl, write)).rejects.toThrow('permission denied');
  await expect(query(databaseUrl, 'SELECT * FROM outbox')).rejects.toThrow('permission denied');
  await expect(query(databaseUrl, 'CREATE TABLE mine ()')).rejects.toThrow();

  const ended = await release({ leaseId: lease.id, serviceName: 'ai-analysis-service' });
  expect(ended).toEqual({
    lease: {
      ...{ id: lease.id, status: 'RELEASED', releasedAt: expect.any(String) },
      durationMs: expect.any(Number),
    },
    userErrors: [],
  });
  await expect(query(databaseUrl, 'SELECT 1')).rejects.toThrow(/authentication failed|does not exist/);
  expect(await release({ leaseId: lease.id })).toEqual(ended);
});

test('administrators say which service may lease what', async () => {
  const write = { serviceName: 'ai-analysis-service', operationType: 'WRITE' };
  expect((await acquire(write)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
  expect(await put()).toEqual({
    ...{ serviceName: 'ai-analysis-service', domain: 'projects', operations: ['READ', 'WRITE'] },
    clientId: encodeId('oauth_client', analysis.serviceId!),
  });
  const { lease } = await acquire(write);
  await release({ leaseId: lease.id });
  const policies = '{ leasePolicies { serviceName domain operations } }';
  expect((await database.execute(policies, {}, admin)).data!.leasePolicies).toEqual([
    { serviceName: 'ai-analysis-service', domain: 'projects', operations: ['READ', 'WRITE'] },
    { serviceName: 'core-user-service', domain: 'users', operations: ['READ'] },
  ]);

  expect(await put({ serviceName: 'a-new-service', domain: 'users' })).toMatchObject({ domain: 'users' });
  const remove = async (domain: string, by: Actor = admin) => {
    const { data, errors } = await database.execute(
      `mutation ($input: LeasePolicyDeleteInput!) { leasePolicyDelete(input: $input) {
        deletedServiceName deletedDomain userErrors { code } } }`,
      { input: { serviceName: 'a-new-service', domain } },
      by,
    );
    return (
      errors?.[0]?.extensions?.code ?? data!.leasePolicyDelete.userErrors[0]?.code ?? data!.leasePolicyDelete
    );
  };
  expect(await remove('users')).toMatchObject({
    deletedServiceName: 'a-new-service',
    deletedDomain: 'users',
  });
  expect(await remove('users')).toBe('NOT_FOUND');

  expect(await put({ domain: 'auth' })).toBe('FORBIDDEN');
  expect(await put({ domain: 'nowhere' })).toBe('NOT_FOUND');
  expect(await put({ clientId: 'user_01h455vb4pex5vsknk084sn02q' })).toBe('INVALID');
  expect(await put({ operations: [] })).toMatch(/INVALID|REQUIRED/);
  expect(await put({ serviceName: 'A b' })).toBe('INVALID');
  for (const call of [(by: Actor) => put({}, by), (by: Actor) => remove('projects', by)]) {
    expect(await call({ ...admin, authenticatedAt: new Date(0) })).toBe('STEP_UP_REQUIRED');
    expect(await call(analysis)).toBe('FORBIDDEN');
  }
  expect(codeOf(await database.execute(policies, {}, analysis))).toBe('FORBIDDEN');
  expect(codeOf(await database.execute(policies))).toBe('UNAUTHENTICATED');
});

test('a lease that writes changes rows of the domain, and nothing that is not its own', async () => {
  const { databaseUrl, lease } = await acquire({ operationType: 'WRITE' });
  await expect(query(databaseUrl, `DELETE FROM projects`)).resolves.toEqual([]);
  for (const forbidden of [insert, 'DROP TABLE projects', 'CREATE ROLE other', 'SET ROLE postgres'])
    await expect(query(databaseUrl, forbidden)).rejects.toThrow(/permission denied|must be owner/);
  await release({ leaseId: lease.id });
});

test('a lease reaches no database but its own', async () => {
  const { databaseUrl, lease } = await acquire({});
  for (const other of [database.urls.users!, database.databaseUrl])
    await expect(
      query(Object.assign(new URL(databaseUrl), { pathname: new URL(other).pathname }).href, 'SELECT 1'),
    ).rejects.toThrow(/permission denied for database/);
  await release({ leaseId: lease.id });
});

test('what is being done on a lease ends with it, and what it has left goes', async () => {
  const { databaseUrl, lease } = await acquire({ operationType: 'WRITE' });
  await query(databaseUrl, 'SELECT lo_create(0)');
  await query(databaseUrl, "BEGIN; SELECT lo_create(0); PREPARE TRANSACTION 'left behind'");
  const running = expect(query(databaseUrl, 'SELECT pg_sleep(60)')).rejects.toThrow(/terminat/i);
  const isRunning = `SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND usename LIKE 'kronos_lease_%'`;
  await vi.waitFor(async () => expect(await query(database.databaseUrl, isRunning)).toHaveLength(1));
  expect((await release({ leaseId: lease.id })).userErrors).toEqual([]);
  await running;
  // Other tests have theirs on the same server.
  const left = "SELECT gid FROM pg_prepared_xacts WHERE gid = 'left behind'";
  expect(await query(database.databaseUrl, left)).toEqual([]);
});

test('the policy decides: deny by default', async () => {
  const refused = async (input: object, as?: Actor) => (await acquire(input, as)).userErrors[0]?.code;
  expect(await refused({ domain: 'users' })).toBe('FORBIDDEN');
  expect(await refused({ domain: 'auth' })).toBe('FORBIDDEN');
  expect(await refused({ serviceName: 'core-user-service' })).toBe('FORBIDDEN');
  expect(await refused({ serviceName: 'core-user-service', operationType: 'WRITE' }, userService)).toBe(
    'FORBIDDEN',
  );
  expect(await refused({ serviceName: 'unknown-service' })).toBe('FORBIDDEN');
  expect(await refused({ databaseType: 'REDIS' })).toBe('INVALID');
  expect(await refused({ serviceName: `x'; DROP ROLE postgres; --` })).toBe('INVALID');
  expect(await refused({ domain: 'auth' }, admin)).toBe('FORBIDDEN');
  expect(await refused({ domain: 'database' }, admin)).toBe('FORBIDDEN');
  expect(await refused({ serviceName: 'elsewhere' }, admin)).toBe('REQUIRED');
  expect(await refused({ domain: 'nowhere' }, admin)).toBe('NOT_FOUND');
  expect(await refused({ domain: 'users' }, { ...admin, authenticatedAt: new Date(0) })).toBe(
    'STEP_UP_REQUIRED',
  );
});

test('strangers, and persons without the scope, lease and see nothing', async () => {
  const input = { serviceName: 'ai-analysis-service', operationType: 'READ' };
  for (const document of [
    acquireDocument,
    'mutation { connectionRelease(input: {leaseId: "x"}) { lease { id } } }',
    '{ connectionLeases { totalCount } }',
    '{ connectionLease(id: "x") { id } }',
  ]) {
    expect(codeOf(await database.execute(document, { input }))).toBe('UNAUTHENTICATED');
    expect(codeOf(await database.execute(document, { input }, {}))).toBe('FORBIDDEN');
  }
  expect(codeOf(await database.execute('{ connectionLeases { totalCount } }', {}, analysis))).toBe(
    'FORBIDDEN',
  );
});

test('a lease is its holder’s and the administrators’', async () => {
  const { lease } = await acquire({});
  const see = async (as: Actor) =>
    (await database.execute('query ($id: ID!) { connectionLease(id: $id) { id } }', { id: lease.id }, as))
      .data?.connectionLease;
  const person: Actor = { userId: '0190a000-0000-7000-8000-000000000001', scopes: ['database:lease'] };
  for (const other of [userService, person]) {
    expect(await see(other)).toBeNull();
    expect((await release({ leaseId: lease.id }, other)).userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'leaseId'] },
    ]);
  }
  expect(await see(analysis)).toEqual({ id: lease.id });

  const { data } = await database.execute(
    '{ connectionLeases(filter: {status: ACTIVE, domain: "projects"}) { nodes { id } totalCount } }',
    {},
    admin,
  );
  expect(data!.connectionLeases).toEqual({ nodes: [{ id: lease.id }], totalCount: 1 });
  const wrongName = await release({ leaseId: lease.id, serviceName: 'core-user-service' });
  expect(wrongName.userErrors[0].code).toBe('NOT_FOUND');
  expect((await release({ leaseId: lease.id }, admin)).lease.status).toBe('RELEASED');
});
