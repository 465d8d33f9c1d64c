import { newId } from '@kronos/subgraph';
import { afterAll, expect, test } from 'vitest';
import { createDataDomain, sqlQuery } from './test-kit.ts';

const data = await createDataDomain();
afterAll(() => data[Symbol.asyncDispose]());

const administrator = { scopes: ['database:admin'] };
const ask = (input: object | string, as: object | undefined = administrator) =>
  data.ask(sqlQuery, typeof input === 'string' ? { query: input } : input, as);
const owner = newId();
for (const title of ['One', 'Two', 'Three']) await data.makeProject(owner, title);

test('answers one statement with its columns, its values and its plan', async () => {
  const { data: answer } = await ask({
    query: `SELECT title, length(title) AS n, 2::int8 ^ 3 AS n, 9007199254740993::int8 AS big, NULL AS nothing,
      '{"a": [1]}'::jsonb AS json, true AS yes FROM projects WHERE user_id = $1 AND title <> $2 ORDER BY title;`,
    parameters: [owner, 'Three'],
    explain: true,
  });
  expect(answer).toEqual({
    columns: [
      { name: 'title', type: 'varchar' },
      { name: 'n', type: 'int4' },
      { name: 'n_2', type: 'float8' },
      { name: 'big', type: 'int8' },
      { name: 'nothing', type: 'text' },
      { name: 'json', type: 'jsonb' },
      { name: 'yes', type: 'bool' },
    ],
    rows: [
      { title: 'One', n: 3, n_2: 8, big: '9007199254740993', nothing: null, json: { a: [1] }, yes: true },
      { title: 'Two', n: 3, n_2: 8, big: '9007199254740993', nothing: null, json: { a: [1] }, yes: true },
    ],
    truncated: false,
    plan: [{ Plan: expect.objectContaining({ 'Node Type': 'Sort' }) }],
    executionTimeMs: expect.any(Number),
  });
  expect((await ask('SELECT 1 AS n WHERE false')).data).toMatchObject({ rows: [], columns: [{ name: 'n' }] });
});

test('answers with so many rows and bytes, and says when there is more', async () => {
  const series = 'SELECT n FROM generate_series(1, 100000) n';
  const few = await ask({ query: series, limit: 3 });
  expect(few.data).toMatchObject({ rows: [{ n: 1 }, { n: 2 }, { n: 3 }], truncated: true });
  expect((await ask({ query: 'VALUES (1), (2), (3)', limit: 3 })).data).toMatchObject({ truncated: false });
  expect((await ask(series)).data.rows).toHaveLength(1000);
  const wide = await ask(`SELECT repeat('x', 300000) AS x FROM generate_series(1, 10)`);
  expect(wide.data.rows).toHaveLength(3);
  expect(wide.data.truncated).toBe(true);
  const huge = await ask(`SELECT repeat('x', 9000000) AS x`);
  expect(huge.error).toMatchObject({ message: 'A row is too large to be answered: select less of it.' });
});

test('is for administrators', async () => {
  for (const [as, code] of [
    [undefined, 'UNAUTHENTICATED'],
    [{ userId: owner }, 'FORBIDDEN'],
    [{ serviceId: newId(), scopes: ['data:read'] }, 'FORBIDDEN'],
  ] as const) {
    const { errors } = await data.domain.execute(sqlQuery, { input: { query: 'SELECT 1' } }, as);
    expect(errors?.[0]?.extensions?.code).toBe(code);
  }
});

test('ends with its time', async () => {
  const endless = ['SELECT pg_sleep(60)', 'SELECT count(*) FROM generate_series(1, 10000000000)'];
  for (const { error } of await Promise.all(endless.map((query) => ask(query))))
    expect(error?.extensions).toMatchObject({ code: 'GATEWAY_TIMEOUT', retryAfter: 1 });
});

// Each with what the refusal says.
test.concurrent.each([
  // More than one statement
  ['SELECT 1; DROP TABLE projects', /cannot insert multiple commands/i],
  ['SELECT 1; COMMIT; DROP TABLE projects', /cannot insert multiple commands/i],
  ['/* ; */ SELECT 1; SELECT 2', /cannot insert multiple commands/i],
  // No questions
  ['DROP TABLE projects', /begins with one of/],
  ['  -- x\n/* a /* b */ c */ DELETE FROM projects', /begins with one of/],
  ['SET ROLE postgres', /begins with one of/],
  ['RESET ROLE', /begins with one of/],
  ['SET SESSION AUTHORIZATION postgres', /begins with one of/],
  ['SET transaction_read_only = off', /begins with one of/],
  ['BEGIN', /begins with one of/],
  ['COMMIT', /begins with one of/],
  [`COPY projects TO PROGRAM 'id'`, /begins with one of/],
  [`COPY (SELECT 1) TO '/tmp/x'`, /begins with one of/],
  ['DO $$ BEGIN PERFORM 1; END $$', /begins with one of/],
  ['CALL x()', /begins with one of/],
  ['LISTEN outbox', /begins with one of/],
  ['LOCK TABLE projects', /begins with one of/],
  ['CREATE ROLE x SUPERUSER', /begins with one of/],
  [`LOAD 'x'`, /begins with one of/],
  ['PREPARE x AS SELECT 1', /begins with one of/],
  ['VACUUM', /begins with one of/],
  ['', /begins with one of/],
  // Writing within a question
  [`WITH x AS (DELETE FROM projects RETURNING 1) SELECT * FROM x`, /permission denied|read-only/i],
  [`WITH x AS (SELECT 1) INSERT INTO projects (title) SELECT 'x' FROM x`, /permission denied|read-only/i],
  ['SELECT * INTO x FROM projects', /permission denied|read-only/i],
  ['SELECT * FROM projects FOR UPDATE', /permission denied|read-only/i],
  ['EXPLAIN ANALYZE DELETE FROM projects', /permission denied|read-only/i],
  // Functions that do something, however they are written
  [
    `SELECT set_config('role', 'postgres', true), query_to_xml('SELECT 1', true, true, '')`,
    /query_to_xml, set_config/,
  ],
  [`SELECT "set_config"('transaction_read_only', 'off', true)`, /set_config/],
  [`SELECT pg_catalog . "set_config" /* x */ ('a.b', 'c', true)`, /set_config/],
  [`SELECT SET_CONFIG ('a.b', 'c', true)`, /set_config/],
  [`SELECT U&"set\\005fconfig"('a.b', 'c', true)`, /escapes/],
  [`SELECT $x$ ' $x$, pg_advisory_lock(1)`, /pg_advisory_lock/],
  [`SELECT E'\\'', pg_advisory_lock(1)`, /pg_advisory_lock/],
  [`SELECT '\\', pg_advisory_lock(1)`, /pg_advisory_lock/],
  ['SELECT pg_try_advisory_xact_lock(1)', /pg_try_advisory_xact_lock/],
  ['SELECT pg_advisory_lock(n) FROM generate_series(1, 1000000) n', /pg_advisory_lock/],
  ['SELECT pg_terminate_backend(pid) FROM pg_stat_activity', /pg_terminate_backend/],
  ['SELECT pg_cancel_backend(1)', /pg_cancel_backend/],
  [`SELECT pg_read_file('/etc/passwd')`, /pg_read_file/],
  [`SELECT pg_ls_dir('/')`, /pg_ls_dir/],
  [`SELECT lo_import('/etc/passwd')`, /lo_import/],
  [`SELECT lo_get(1)`, /lo_get/],
  [`SELECT pg_notify('outbox', '')`, /pg_notify/],
  [`SELECT nextval('outbox_sequence_seq')`, /nextval/],
  [`SELECT ts_stat('SELECT 1')`, /ts_stat/],
  [`SELECT cursor_to_xml('x', 1, true, true, '')`, /cursor_to_xml/],
  ['SELECT pg_reload_conf()', /pg_reload_conf/],
  ['SELECT pg_export_snapshot()', /pg_export_snapshot/],
  [`SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t (n int)`, /does not exist/],
  // What is not the reader's
  ['SELECT * FROM pg_authid', /permission denied/i],
  ['SELECT passwd FROM pg_shadow', /permission denied/i],
  ['SELECT * FROM outbox', /permission denied/i],
  ['SELECT * FROM pg_user_mapping', /permission denied/i],
  ['SELECT * FROM pg_hba_file_rules', /permission denied|pg_hba_file_rules/i],
  [`SELECT table_to_xml('pg_authid', true, true, '')`, /permission denied/i],
  // What is wrong with it
  ['SELECT', undefined],
  ['SELECT nothing FROM projects', /does not exist/],
  ['SELECT 1 / 0', /division by zero/i],
  ['SELECT $1::int', /./],
  ['SELECT 1 FROM', /syntax error/i],
  ['\0', /NUL/],
])('%s', async (query, message) => {
  const { data: answer, error } = await ask(query);
  if (!message) {
    expect(answer.rows).toEqual([{}]);
    return;
  }
  expect(error?.message).toMatch(message);
  expect(['BAD_USER_INPUT', 'FORBIDDEN']).toContain(error?.extensions.code);
});

test('what lets people in is not read, by anybody', async () => {
  const inAuth = (query: string) => ask({ query, domain: 'auth' });
  expect((await inAuth('SELECT id, roles FROM account')).data.columns).toHaveLength(2);
  for (const secret of [
    ...['account', 'api_token', 'mfa_factor'].map((table) => `* FROM ${table}`),
    ...['password_hash FROM account', 'row_to_json(account) FROM account', 'private_key FROM signing_key'],
    ...['hash FROM api_token', 'sealed_private_key FROM signing_key', '1 FROM refresh_token', '1 FROM mail'],
    ...['payload FROM oidc_record', '1 FROM account WHERE password_hash > $$a$$', '* FROM account_token'],
    ...['email FROM account', 'email_hash FROM account', '1 FROM person_key', '1 FROM search_key'],
    ...['stavalues1 FROM pg_statistic', '* FROM recovery_code', '* FROM oauth_client_secret'],
  ])
    expect((await inAuth(`SELECT ${secret}`)).error?.message, secret).toMatch(/permission denied/i);
  const statistics = await inAuth(
    `SELECT attname FROM pg_stats WHERE schemaname = 'public' AND attname ~ 'hash'`,
  );
  expect(statistics.data.rows).toEqual([]);
});

test('a database that is not there, or is not looked after, is said', async () => {
  expect((await ask({ query: 'SELECT 1', domain: 'nobodys' })).error).toMatchObject({
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 60 },
  });
});
