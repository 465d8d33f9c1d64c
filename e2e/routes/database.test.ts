import { randomUUID } from 'node:crypto';
import { soon } from '@kronos/events/testing';
import pg from 'pg';
import { beforeAll, expect, inject, test } from 'vitest';
import { type Client, logIn, type Person, signUp } from '../kit/client.ts';
import { rest, restRequestId } from '../kit/rest.ts';
import { serviceClient } from '../kit/service-client.ts';

/**
 * The endpoints of the database service and of the Core Database Service, as their documentation shows them: the same
 * requests, the same answers, the same statuses.
 */
let administrator: Client;
let service: Client;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
  service = await serviceClient('core-user-service');
  [ada, eve] = await Promise.all([signUp('Ada'), signUp('Eve')]);
});

const text = expect.any(String);
const number = expect.any(Number);
const failure = (code: string, details: object = expect.any(Object)) => ({
  error: { code, message: text, details, timestamp: text, request_id: restRequestId },
});

test('GET /db/status', async () => {
  expect(await rest('GET', '/db/status')).toMatchObject({ status: 401, body: failure('UNAUTHENTICATED') });
  expect(await rest('GET', '/db/status', undefined, ada.token)).toMatchObject({
    status: 403,
    body: failure('FORBIDDEN'),
  });
  const { status, body } = await rest('GET', '/db/status', undefined, administrator.token);
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { status: 'up', timestamp: text, service: 'core-database-service', version: text },
  });
  expect(body.targets).toContainEqual(
    expect.objectContaining({
      ...{ name: 'projects', kind: 'postgresql', status: 'up', response_time_ms: number },
      connections: { active: number, idle: number, total: number },
    }),
  );
});

test('POST /db/query', async () => {
  const ask = (query: string, token?: string) => rest('POST', '/db/query', { query }, token);
  expect(await ask('select 1')).toMatchObject({ status: 401 });
  expect(await ask('select 1', ada.token)).toMatchObject({ status: 403 });
  expect(
    await ask('select count(*) as projects from projects where false', administrator.token),
  ).toMatchObject({
    status: 200,
    body: {
      columns: [{ name: 'projects', type: 'int8' }],
      rows: [{ projects: 0 }],
      execution_time_ms: number,
      truncated: false,
    },
  });
  expect(await ask('delete from projects', administrator.token)).toMatchObject({
    status: 400,
    body: failure('BAD_USER_INPUT'),
  });
  expect(await rest('POST', '/db/query', '{"query": ', administrator.token)).toMatchObject({ status: 400 });
});

test('a connection is acquired, used, and released', async () => {
  const wanted = {
    service_name: 'core-user-service',
    database_type: 'postgresql',
    operation_type: 'read',
  };
  const acquire = (body: object, token?: string) => rest('POST', '/api/v1/connections/acquire', body, token);
  expect(await acquire(wanted)).toMatchObject({ status: 401 });
  expect(await acquire(wanted, ada.token)).toMatchObject({ status: 403 });
  expect(await acquire({ ...wanted, operation_type: 'drop' }, service.token)).toMatchObject({ status: 400 });

  const acquired = await acquire(wanted, service.token);
  expect(acquired).toMatchObject({
    status: 200,
    body: {
      connection_id: text,
      database_url: expect.stringMatching(/^postgresql:\/\//),
      expires_at: text,
      pool_stats: { active: number, idle: number, waiting: 0 },
    },
  });
  const { connection_id, database_url } = acquired.body;
  const connection = new pg.Client({ connectionString: database_url });
  await connection.connect();
  const closed = new Promise((resolve) => connection.on('error', resolve));
  expect((await connection.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);

  const release = (token?: string) =>
    rest('POST', '/api/v1/connections/release', { connection_id, service_name: 'core-user-service' }, token);
  expect((await release(ada.token)).status).toBe(403);
  expect(await release(service.token)).toEqual(
    expect.objectContaining({
      status: 200,
      body: { status: 'released', connection_id, duration_ms: number },
    }),
  );
  await closed;
});

test('rows are written in one transaction with a key of Redis, and queried by their owner alone', async () => {
  const title = `Nouveau projet ${randomUUID()}`;
  const execute = (body: object, token?: string) => rest('POST', '/api/v1/data/transaction', body, token);
  const operations = [
    {
      ...{ database: 'postgresql', operation: 'insert', table: 'projects' },
      data: { title, user_id: ada.id },
    },
    {
      ...{ database: 'redis', operation: 'set', key: 'project:cache:proj_new' },
      ...{ value: '{"status": "created"}', ttl: 3600 },
    },
  ];
  expect(await execute({ operations })).toMatchObject({ status: 401 });
  expect((await execute({ operations }, eve.token)).status).toBeGreaterThanOrEqual(400);
  const executed = await execute({ operations }, ada.token);
  expect(executed).toMatchObject({
    status: 200,
    body: {
      transaction_id: text,
      status: 'committed',
      results: [
        { operation: 1, status: 'success', data: { id: text, created_at: text } },
        { operation: 2, status: 'success' },
      ],
      execution_time_ms: number,
    },
  });
  expect(await execute({ operations: [{ ...operations[0], table: 'pg_authid' }] }, ada.token)).toMatchObject({
    status: 400,
  });

  const query = (token?: string) =>
    rest(
      'POST',
      '/api/v1/data/query',
      {
        ...{ database: 'postgresql', query_type: 'select', table: 'projects', filters: { title } },
        pagination: { page: 1, limit: 20 },
      },
      token,
    );
  const found = await query(ada.token);
  expect(found).toMatchObject({
    status: 200,
    body: {
      data: [{ id: executed.body.results[0].data.id, title, status: text, created_at: text }],
      pagination: { page: 1, limit: 20, total: 1, pages: 1 },
      execution_time_ms: number,
    },
  });
  expect((await query(eve.token)).body).toMatchObject({ data: [], pagination: { total: 0 } });
  expect(await query()).toMatchObject({ status: 401 });
});

test('migrations', async () => {
  expect(await rest('GET', '/api/v1/migrations/status', undefined, ada.token)).toMatchObject({ status: 403 });
  expect(await rest('GET', '/api/v1/migrations/status', undefined, administrator.token)).toMatchObject({
    status: 200,
    body: {
      current_version: text,
      pending_migrations: [],
      last_migration: { version: text, applied_at: text, duration_ms: number },
    },
  });
  const run = (token?: string) => rest('POST', '/api/v1/migrations/run', { dry_run: true }, token);
  expect(await run(ada.token)).toMatchObject({ status: 403 });
  expect(await run(administrator.token)).toMatchObject({
    status: 200,
    body: {
      migration_id: text,
      status: text,
      progress: { current_step: number, total_steps: 0 },
    },
  });
});

test('a backup is made and listed', async () => {
  expect(await rest('POST', '/db/backup', {}, ada.token)).toMatchObject({ status: 403 });
  expect(await rest('GET', '/db/backups', undefined, ada.token)).toMatchObject({ status: 403 });
  const begun = await rest('POST', '/db/backup', { schemas: ['projects'] }, administrator.token);
  expect(begun).toMatchObject({ status: 202, body: { id: text, schemas: ['projects'] } });
  await soon(async () => {
    const { status, body } = await rest('GET', '/db/backups?first=5', undefined, administrator.token);
    expect(status).toBe(200);
    expect(body.backups).toContainEqual(
      expect.objectContaining({ id: begun.body.id, status: 'succeeded', checksum: text }),
    );
  });
});
