import { decodeId, encodeId, newId } from '@kronos/subgraph';
import { createTestSubgraph } from '@kronos/subgraph/testing';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { createDataDomain, dataQuery } from '../data/test-kit.ts';
import { createSubgraph } from '../subgraph.ts';
import { redisKey } from './redis-writes.ts';

const data = await createDataDomain();
afterAll(() => data[Symbol.asyncDispose]());
const redis = new Redis(data.domain.redisUrl);
afterAll(() => redis.disconnect());

const mutation = `mutation ($input: DataTransactionExecuteInput!) {
  dataTransactionExecute(input: $input) {
    transaction { id status results { operation status data error } executionTimeMs }
    userErrors { code message field details }
  }
}`;
const [ada, eve] = [{ userId: newId() }, { userId: newId() }];
await data.rows.users.query(`INSERT INTO "user" (id, display_name) VALUES ($1, 'Ada'), ($2, 'Eve')`, [
  ada.userId,
  eve.userId,
]);
const administrator = { scopes: ['database:admin'] };
const execute = async (operations: object[], as: object = ada, idempotencyKey?: string) =>
  (await data.ask(mutation, { operations, idempotencyKey }, as)).data;
const inPostgres = (operation: string, table: string, rest: object) => ({
  ...{ database: 'POSTGRESQL', operation, table },
  ...rest,
});
const insertProject = (title: string, more: object = {}) =>
  inPostgres('INSERT', 'projects', { data: { title, ...more } });
const titles = async () =>
  (await data.rows.projects.query('SELECT title FROM projects ORDER BY title')).rows.map(
    ({ title }) => title,
  );
/** Of the databases here alone: others' are on the server, too. */
const prepared = async () => {
  const query = 'SELECT gid FROM pg_prepared_xacts WHERE database = current_database()';
  const found = await Promise.all([data.rows.projects, data.rows.users].map((rows) => rows.query(query)));
  return found.flatMap(({ rows }) => rows);
};
const eventsOf = async (domain: 'projects' | 'users') =>
  (await data.rows[domain].query('SELECT name, payload FROM outbox ORDER BY sequence')).rows;

test('the example of the Core Database Service: a row and a key, together', async () => {
  const { transaction, userErrors } = await execute([
    insertProject('Nouveau projet', { user_id: encodeId('user', ada.userId) }),
    {
      database: 'REDIS',
      operation: 'SET',
      key: 'project:cache:proj_new',
      value: '{"status": "created"}',
      ttl: 60,
    },
  ]);
  expect(userErrors).toEqual([]);
  expect(transaction).toEqual({
    id: expect.stringMatching(/^data_transaction_/),
    status: 'COMMITTED',
    results: [
      {
        operation: 1,
        status: 'SUCCESS',
        data: expect.objectContaining({ id: expect.stringMatching(/^project_/), title: 'Nouveau projet' }),
        error: null,
      },
      { operation: 2, status: 'SUCCESS', data: null, error: null },
    ],
    executionTimeMs: expect.any(Number),
  });
  const key = redisKey({ user: ada.userId }, 'project:cache:proj_new');
  expect([await redis.get(key), (await redis.ttl(key)) > 50]).toEqual(['{"status": "created"}', true]);
  const projectId = decodeId('project', transaction.results[0].data.id);
  expect((await eventsOf('projects')).map(({ name, payload }) => [name, payload.projectId])).toContainEqual([
    'projectUpdated',
    projectId,
  ]);
  await execute([{ database: 'REDIS', operation: 'DEL', key: 'project:cache:proj_new' }]);
  expect(await redis.get(key)).toBeNull();
});

test('several databases, and what one operation has written for the next', async () => {
  const { transaction, userErrors } = await execute([
    insertProject('Import'),
    inPostgres('INSERT', 'media_assets', {
      data: {
        project_id: { operation: 1, column: 'id' },
        ...{ asset_type: 'document', file_path: 'imports/book.pdf', size_bytes: 12, metadata: { pages: 3 } },
      },
    }),
    inPostgres('UPDATE', 'users', { data: { display_name: 'Ada L.' }, where: { id: ada.userId } }),
  ]);
  expect([userErrors, transaction.status]).toEqual([[], 'COMMITTED']);
  expect(transaction.results[1].data.project_id).toBe(transaction.results[0].data.id);
  const { rows } = await data.rows.users.query('SELECT display_name FROM "user" WHERE id = $1', [ada.userId]);
  expect([rows, await prepared()]).toEqual([[{ display_name: 'Ada L.' }], []]);
  expect((await eventsOf('users')).at(-1)).toEqual({ name: 'userUpdated', payload: { userId: ada.userId } });
  const assets = await data.ask(
    dataQuery,
    { table: 'media_assets', columns: ['file_path', 'size_bytes'] },
    ada,
  );
  expect(assets.data.rows).toEqual([{ file_path: 'imports/book.pdf', size_bytes: 12 }]);
});

test('nobody who asks after a transaction reads what was before', async () => {
  const mine = { table: 'projects', columns: ['title'], filters: { status: 'generating' } };
  expect((await data.ask(dataQuery, mine, ada)).data.rows).toEqual([]);
  await execute([insertProject('Seen', { status: 'generating' })]);
  expect((await data.ask(dataQuery, mine, ada)).data).toMatchObject({
    cached: false,
    rows: [{ title: 'Seen' }],
  });
});

test('when one operation fails, nothing is done, in no database', async () => {
  const before = await titles();
  const { transaction, userErrors } = await execute([
    inPostgres('UPDATE', 'users', { data: { display_name: 'Nobody' }, where: { id: ada.userId } }),
    insertProject('Never'),
    inPostgres('UPDATE', 'projects', { data: { title: 'x' }, where: { title: 'There is none' } }),
    { database: 'REDIS', operation: 'SET', key: 'never', value: 'x' },
  ]);
  expect(userErrors).toEqual([
    {
      code: 'TRANSACTION_ROLLED_BACK',
      message: expect.stringContaining('Operation 3 failed'),
      field: ['input', 'operations', '2'],
      details: { operation: 3, error: 'No row of “projects” is meant.' },
    },
  ]);
  expect(transaction.status).toBe('ROLLED_BACK');
  expect(transaction.results.map(({ status }: { status: string }) => status)).toEqual([
    'ROLLED_BACK',
    'ROLLED_BACK',
    'FAILED',
    'NOT_EXECUTED',
  ]);
  expect([await titles(), await redis.get(redisKey({ user: ada.userId }, 'never'))]).toEqual([before, null]);
});

test('changes hold to what was expected, and what was there already is said', async () => {
  const id = encodeId('project', await data.makeProject(ada.userId, 'Versioned'));
  const update = (where: object, more: object = {}) =>
    execute([
      inPostgres('UPDATE', 'projects', { data: { title: 'Versioned 2' }, where: { id, ...where }, ...more }),
    ]);
  expect((await update({ status: 'ready' })).transaction.status).toBe('ROLLED_BACK');
  expect((await update({}, { expectedRows: 2 })).userErrors[0].details.error).toMatch(
    /2 rows were expected, and 1/,
  );
  expect((await update({ status: 'draft' }, { expectedRows: 1 })).transaction.status).toBe('COMMITTED');
  const twice = await execute([insertProject('Again', { id }), insertProject('x')]);
  expect(twice.userErrors[0].details).toMatchObject({
    operation: 1,
    error: expect.stringContaining('such a row'),
  });
  const wrong = await execute([insertProject('x', { status: 'no such status' })]);
  expect(wrong.userErrors[0].details.error).toMatch(/not one of those/);
});

test('the same request by the same key is answered as before, and another one is not executed', async () => {
  const once = [insertProject('Once')];
  const first = await execute(once, ada, 'key-1');
  expect(await execute(once, ada, 'key-1')).toEqual(first);
  expect((await titles()).filter((title) => title === 'Once')).toHaveLength(1);
  expect((await execute([insertProject('Other')], ada, 'key-1')).userErrors[0]).toMatchObject({
    code: 'CONFLICT',
    field: ['input', 'idempotencyKey'],
  });
  // Keys are everybody's own.
  expect((await execute(once, eve, 'key-1')).transaction.id).not.toBe(first.transaction.id);
  const many = await Promise.all(
    Array.from({ length: 5 }, () => execute([insertProject('Many')], ada, 'key-2')),
  );
  expect((await titles()).filter((title) => title === 'Many')).toHaveLength(1);
  expect(many.filter(({ transaction }) => transaction?.status === 'COMMITTED').length).toBeGreaterThan(0);
});

test('people write what is theirs alone, services what their scopes let them', async () => {
  const hers = await data.makeProject(eve.userId, 'Eve’s');
  const asset = { asset_type: 'image', file_path: 'x.png' };
  for (const operation of [
    inPostgres('UPDATE', 'projects', { data: { title: 'Mine' }, where: { id: hers } }),
    inPostgres('DELETE', 'projects', { where: { title: 'Eve’s' } }),
    inPostgres('INSERT', 'media_assets', { data: { project_id: hers, ...asset } }),
    inPostgres('UPDATE', 'users', { data: { display_name: 'Mine' }, where: { id: eve.userId } }),
    inPostgres('INSERT', 'preferences', { data: { user_id: eve.userId } }),
    insertProject('Hers', { user_id: eve.userId }),
  ])
    expect((await execute([operation])).userErrors[0].code).toMatch(/TRANSACTION_ROLLED_BACK|INVALID/);
  expect((await data.rows.projects.query('SELECT title FROM projects WHERE id = $1', [hers])).rows).toEqual([
    { title: 'Eve’s' },
  ]);

  const analysis = inPostgres('INSERT', 'content_analysis', {
    data: { project_id: hers, analysis_type: 'scenes', result: { scenes: [] }, confidence_score: 0.9 },
  });
  const service = { serviceId: newId(), scopes: ['data:write'] };
  expect((await execute([analysis], service)).transaction.status).toBe('COMMITTED');
  const { error } = await data.ask(
    mutation,
    { operations: [analysis] },
    { ...service, scopes: ['data:read'] },
  );
  expect(error?.extensions.code).toBe('FORBIDDEN');
  expect((await data.ask(mutation, { operations: [analysis] })).error?.extensions.code).toBe(
    'UNAUTHENTICATED',
  );

  // A file of another project is nobody's scene.
  const [mine, other] = [
    await data.makeProject(ada.userId, 'Mine'),
    await data.makeProject(ada.userId, 'Other'),
  ];
  const stranger = await execute([
    inPostgres('INSERT', 'media_assets', { data: { project_id: other, ...asset } }),
    inPostgres('INSERT', 'scenes', {
      data: { project_id: mine, position: 1, summary: 'x', asset_id: { operation: 1, column: 'id' } },
    }),
  ]);
  expect(stranger.userErrors[0].details.operation).toBe(2);
});

test('entries decide on what is written of projects, too: one that denies wins', async () => {
  const id = await data.makeProject(ada.userId, 'Shared');
  const entry = (subject: string, action: string, effect: string) =>
    data.rows.projects.query(
      `INSERT INTO access_entry (id, subject, action, resource_id, effect) VALUES ($1, $2, $3, $4, $5::access_effect)`,
      [newId(), subject, action, id, effect],
    );
  const update = inPostgres('UPDATE', 'projects', { data: { title: 'Shared 2' }, where: { id } });
  const remove = inPostgres('DELETE', 'projects', { where: { id } });
  const file = { asset_type: 'image', file_path: 'x.png' };
  const add = inPostgres('INSERT', 'media_assets', { data: { project_id: id, ...file } });
  const job = inPostgres('INSERT', 'generation_jobs', { data: { project_id: id } });
  const may = async (as: object) => {
    const outcomes: string[] = [];
    for (const operation of [update, add, job, remove])
      outcomes.push((await execute([operation], as)).transaction.status);
    return outcomes;
  };
  const [yes, no] = ['COMMITTED', 'ROLLED_BACK'];
  await entry(`user:${eve.userId}`, 'projects:update', 'ALLOW');
  expect(await may(eve)).toEqual([no, no, no, no]);
  await entry(`user:${eve.userId}`, 'projects:read', 'ALLOW');
  expect(await may(eve)).toEqual([yes, yes, no, no]);
  await entry('role:user', 'projects:update', 'DENY');
  await entry(`user:${eve.userId}`, 'projects:generate', 'ALLOW');
  expect(await may({ ...eve, roles: ['user'] })).toEqual([no, no, yes, no]);
  await entry(`user:${ada.userId}`, 'projects:delete', 'DENY');
  await entry(`user:${ada.userId}`, 'projects:generate', 'DENY');
  expect(await may({ ...ada, roles: [] })).toEqual([yes, yes, no, no]);
  await entry(`user:${ada.userId}`, 'projects:read', 'DENY');
  expect(await may({ ...ada, roles: [] })).toEqual([no, no, no, no]);
  expect((await execute([remove], administrator)).transaction.status).toBe('COMMITTED');
});

describe('quotas', () => {
  const many = (count: number, table: string, columns: string, values: string) =>
    data.rows.projects.query(
      `INSERT INTO ${table} (${columns}) SELECT ${values} FROM generate_series(1, ${count}) n`,
    );
  const outcome = async (operation: object, as: object) => {
    const { transaction, userErrors } = await execute([operation], as);
    return userErrors[0]?.details.error ?? transaction.status;
  };
  const full = expect.stringContaining('as many as there may be');

  test('of a person are larger with the premium plan', async () => {
    const olga = { userId: newId() };
    await many(999, 'projects', 'user_id, title', `'${olga.userId}', 'x' || n`);
    const both = await Promise.all([1, 2].map((n) => outcome(insertProject(`Last ${n}`), olga)));
    expect(both.sort()).toEqual(['COMMITTED', full].sort());
    expect(await outcome(insertProject('More'), { ...olga, scopes: ['quota:premium'] })).toBe('COMMITTED');
    expect(await outcome(insertProject('Mine'), ada)).toBe('COMMITTED');

    const jobs: unknown[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const id = await data.makeProject(eve.userId, `Job ${turn}`);
      jobs.push(await outcome(inPostgres('INSERT', 'generation_jobs', { data: { project_id: id } }), eve));
    }
    expect(jobs).toEqual(['COMMITTED', 'COMMITTED', 'COMMITTED', full]);
  });

  test('of a project hold for services, too', async () => {
    const id = await data.makeProject(ada.userId, 'Full');
    const file = inPostgres('INSERT', 'media_assets', {
      data: { project_id: id, asset_type: 'image', file_path: 'x.png' },
    });
    await many(999, 'media_assets', 'project_id, asset_type, file_path', `'${id}', 'image', n || '.png'`);
    expect([await outcome(file, administrator), await outcome(file, administrator)]).toEqual([
      'COMMITTED',
      full,
    ]);
  });

  test('versions are numbered, and the oldest go for new ones', async () => {
    const id = await data.makeProject(ada.userId, 'Changed often');
    const version = inPostgres('INSERT', 'project_versions', { data: { project_id: id, title: 'Before' } });
    await many(100, 'project_versions', 'project_id, number, title', `'${id}', n, 'x'`);
    const { transaction } = await execute([version, version]);
    expect(transaction.results.map((one: { data: object }) => one.data)).toMatchObject([
      { number: 101, changed_by: encodeId('user', ada.userId) },
      { number: 102 },
    ]);
    const { rows } = await data.rows.projects.query(
      'SELECT min(number), count(*)::int FROM project_versions WHERE project_id = $1',
      [id],
    );
    expect(rows).toEqual([{ min: 3, count: 100 }]);
  });
});

test('the service that analyses writes what its work brings, and nothing else', async () => {
  const id = await data.makeProject(ada.userId, 'Worked on');
  const service = { serviceId: newId(), scopes: ['projects:analyze'] };
  const may = async (...operations: object[]) => {
    const { data: answer, error } = await data.ask(mutation, { operations }, service);
    return error?.extensions.code ?? answer.userErrors[0]?.code ?? answer.transaction.status;
  };
  const project = (changes: object) => inPostgres('UPDATE', 'projects', { data: changes, where: { id } });
  const result = { project_id: id, analysis_type: 'scenes', result: {} };
  expect(
    await may(
      inPostgres('INSERT', 'content_analysis', { data: result }),
      inPostgres('INSERT', 'scenes', { data: { project_id: id, position: 1, summary: 'x' } }),
      project({ status: 'active' }),
      { database: 'REDIS', operation: 'SET', key: 'x', value: 'x' },
    ),
  ).toBe('COMMITTED');
  for (const operation of [
    project({ title: 'x' }),
    project({ status: 'ready', title: 'x' }),
    insertProject('x', { user_id: ada.userId }),
    inPostgres('DELETE', 'projects', { where: { id } }),
    inPostgres('DELETE', 'media_assets', { where: { project_id: id } }),
    inPostgres('INSERT', 'generation_jobs', { data: { project_id: id } }),
    inPostgres('INSERT', 'project_versions', { data: { project_id: id, title: 'x' } }),
    inPostgres('UPDATE', 'preferences', { data: { parameters: {} }, where: { user_id: ada.userId } }),
    inPostgres('UPDATE', 'users', { data: { display_name: 'x' }, where: { id: ada.userId } }),
  ])
    expect(await may(operation)).toBe('FORBIDDEN');
});

test('what an earlier operation has written may be no value for a column: that is said', async () => {
  const { userErrors, transaction } = await execute([
    insertProject('Not a number'),
    inPostgres('INSERT', 'scenes', {
      data: {
        ...{ project_id: { operation: 1, column: 'id' }, summary: 'x' },
        position: { operation: 1, column: 'title' },
      },
    }),
  ]);
  expect(userErrors[0]).toMatchObject({
    code: 'TRANSACTION_ROLLED_BACK',
    details: { operation: 2, error: expect.stringContaining('expected a whole number') },
  });
  expect(transaction.results[0].status).toBe('ROLLED_BACK');
});

describe('the keys of a person', () => {
  const set = (key: string, value: string) => ({ database: 'REDIS', operation: 'SET', key, value });
  const range = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `key-${from + index}`);
  const outcome = async (operations: object[], as: object) => {
    const { userErrors, transaction } = await execute(operations, as);
    return userErrors[0]?.details ?? transaction.status;
  };
  const full = { operation: 1, error: 'You have as many keys as there may be.' };

  test('are so many at most, and those that are gone make room', async () => {
    const olga = { userId: newId() };
    for (let from = 0; from < 1_000; from += 50)
      expect(
        await outcome(
          range(50, from).map((key) => set(key, 'x')),
          olga,
        ),
      ).toBe('COMMITTED');
    expect(await outcome([set('one-more', 'x')], olga)).toEqual(full);
    expect(await redis.exists(redisKey({ user: olga.userId }, 'one-more'))).toBe(0);
    expect(await outcome([set('key-7', 'another value')], olga)).toBe('COMMITTED');
    expect(await outcome([{ database: 'REDIS', operation: 'DEL', key: 'key-7' }], olga)).toBe('COMMITTED');
    expect(await outcome([set('one-more', 'x')], olga)).toBe('COMMITTED');
    expect(await outcome([set('mine', 'x')], ada)).toBe('COMMITTED');
  });

  test('have no more than so many bytes together', async () => {
    const olga = { userId: newId() };
    const fill = (from: number, value = 'x'.repeat(19_900)) => range(50, from).map((key) => set(key, value));
    for (let from = 0; from < 500; from += 50) expect(await outcome(fill(from), olga)).toBe('COMMITTED');
    expect(await outcome(fill(500), olga)).toEqual(full);
    expect(await outcome(fill(450, ''), olga)).toBe('COMMITTED');
    expect(await outcome(fill(500), olga)).toBe('COMMITTED');
  });
});

test('a transaction is seen by who sent it, and by administrators', async () => {
  const { id } = (await execute([insertProject('Looked at')])).transaction;
  const look = async (as?: object) => {
    const { data: answer, errors } = await data.domain.execute(
      'query ($id: ID!) { dataTransaction(id: $id) { id status startedAt finishedAt results { operation } } }',
      { id },
      as,
    );
    return answer?.dataTransaction ?? errors?.[0]?.extensions?.code ?? null;
  };
  for (const as of [ada, administrator]) expect(await look(as)).toMatchObject({ id, status: 'COMMITTED' });
  for (const as of [eve, { serviceId: newId() }]) expect(await look(as)).toBeNull();
  expect(await look()).toBe('UNAUTHENTICATED');
});

test('a database that is away is said, and the same request may come again', async () => {
  await using away = await createTestSubgraph(createSubgraph, {
    ...data.domain.environment,
    USERS_DATABASE_URL: 'postgresql://nobody:x@127.0.0.1:1/nothing',
  });
  const operations = [
    insertProject('Not now'),
    inPostgres('UPDATE', 'users', { data: { display_name: 'x' }, where: { id: ada.userId } }),
  ];
  const input = { operations, idempotencyKey: 'away' };
  const { data: answer } = await away.execute(mutation, { input }, ada);
  expect(answer?.dataTransactionExecute).toEqual({
    transaction: null,
    userErrors: [
      {
        ...{ code: 'DATABASE_CONNECTION_FAILED', message: expect.any(String), field: null },
        details: { database: 'users', pool_status: 'unavailable', retry_after: 30 },
      },
    ],
  });
  expect((await execute(operations, ada, 'away')).transaction.status).toBe('COMMITTED');
});

test.each([
  [{ database: 'POSTGRESQL', operation: 'INSERT', table: 'account', data: {} }, 'table'],
  [
    { database: 'POSTGRESQL', operation: 'INSERT', table: 'projects; DROP TABLE projects', data: {} },
    'table',
  ],
  [{ database: 'POSTGRESQL', operation: 'INSERT', data: {} }, 'table'],
  [{ database: 'POSTGRESQL', operation: 'SET', table: 'projects' }, 'operation'],
  [
    inPostgres('INSERT', 'project_versions', { data: { project_id: newId(), title: 'x', number: 7 } }),
    'data.number',
  ],
  [inPostgres('DELETE', 'users', { where: { id: ada.userId } }), 'operation'],
  [inPostgres('INSERT', 'users', { data: { display_name: 'x' } }), 'operation'],
  [inPostgres('INSERT', 'projects', { data: {} }), 'data.title'],
  [inPostgres('INSERT', 'projects', { data: { title: null } }), 'data.title'],
  [inPostgres('INSERT', 'projects', { data: { title: 'x'.repeat(256) } }), 'data.title'],
  [
    inPostgres('INSERT', 'projects', { data: { title: 'x', created_at: '2026-01-01T00:00:00Z' } }),
    'data.created_at',
  ],
  [inPostgres('INSERT', 'projects', { data: { title: 'x', 'title") --': 1 } }), 'data.title") --'],
  [
    inPostgres('INSERT', 'projects', { data: { title: 'x', content_path: '../secret' } }),
    'data.content_path',
  ],
  [
    inPostgres('INSERT', 'projects', { data: { title: 'x', content_path: 'file:///etc/passwd' } }),
    'data.content_path',
  ],
  [inPostgres('INSERT', 'projects', { data: { title: { operation: 1, column: 'id' } } }), 'data.title'],
  [
    inPostgres('UPDATE', 'projects', { data: { user_id: eve.userId }, where: { title: 'x' } }),
    'data.user_id',
  ],
  [inPostgres('UPDATE', 'users', { data: { status: 'ACTIVE' }, where: { id: ada.userId } }), 'data.status'],
  [inPostgres('UPDATE', 'projects', { data: { title: 'x' } }), 'where'],
  [inPostgres('UPDATE', 'projects', { data: { title: 'x' }, where: {} }), 'where'],
  [inPostgres('UPDATE', 'projects', { data: {}, where: { title: 'x' } }), 'data'],
  [
    inPostgres('UPDATE', 'projects', { data: { title: 'x' }, where: { '1=1 OR title': 'x' } }),
    'where.1=1 OR title',
  ],
  [inPostgres('DELETE', 'projects', { where: { title: { 'eq) OR (1': 1 } } }), 'where.title.eq) OR (1'],
  [inPostgres('DELETE', 'projects', { where: { title: 'x' }, expectedRows: 101 }), 'expectedRows'],
  [{ database: 'REDIS', operation: 'INSERT', key: 'x' }, 'operation'],
  [{ database: 'REDIS', operation: 'SET', key: 'x' }, 'value'],
  [{ database: 'REDIS', operation: 'SET', key: 'a}b', value: 'x' }, 'key'],
  [{ database: 'REDIS', operation: 'SET', key: '#1', value: 'x' }, 'key'],
  [{ database: 'REDIS', operation: 'SET', key: 'x', value: 'x'.repeat(100_001) }, 'value'],
  [{ database: 'REDIS', operation: 'SET', key: 'x', value: 'x', ttl: 0 }, 'ttl'],
])('what cannot be meant is refused before anything is begun: %j', async (operation, field) => {
  const { transaction, userErrors } = await execute([operation]);
  expect(transaction).toBeNull();
  expect(userErrors[0]).toMatchObject({ code: 'INVALID', field: expect.any(Array) });
  expect(userErrors[0].field.slice(3).join('.')).toBe(field);
});

test('a text is a text, whatever it says', async () => {
  const hostile = `'); DROP TABLE projects; -- " $1 \\`;
  const { transaction } = await execute([insertProject(hostile)]);
  expect(transaction.results[0].data.title).toBe(hostile);
  const found = await data.ask(dataQuery, { table: 'projects', filters: { title: hostile } }, ada);
  expect(found.data.rows).toHaveLength(1);
});
