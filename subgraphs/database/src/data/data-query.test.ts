import { encodeId, newId } from '@kronos/subgraph';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { createDataDomain, dataQuery } from './test-kit.ts';

const data = await createDataDomain();
afterAll(() => data[Symbol.asyncDispose]());

const ask = (input: object, as?: object) => data.ask(dataQuery, input, as);
const [ada, eve] = [{ userId: newId() }, { userId: newId() }];
const administrator = { scopes: ['database:admin'] };
const ids = {
  first: await data.makeProject(ada.userId, 'One 100%', {
    status: 'active',
    createdAt: '2026-01-01T00:00:00.000Z',
  }),
  second: await data.makeProject(ada.userId, 'Two', { createdAt: '2026-01-02T00:00:00.000Z' }),
  third: await data.makeProject(ada.userId, 'Three', {
    status: 'active',
    createdAt: '2026-01-03T00:00:00.000Z',
  }),
  eves: await data.makeProject(eve.userId, 'Hers', { createdAt: '2026-01-04T00:00:00.000Z' }),
};
const titles = ({ data: page }: { data: { rows: { title: string }[] } }) =>
  page.rows.map(({ title }) => title);

test('people see their own rows, with the ids of the graph and the columns of the table', async () => {
  const { data: page } = await ask(
    { table: 'projects', filters: { status: 'active' }, pagination: { page: 1, limit: 20 } },
    ada,
  );
  expect(page).toEqual({
    rows: [
      {
        id: encodeId('project', ids.third),
        user_id: encodeId('user', ada.userId),
        title: 'Three',
        description: null,
        status: 'active',
        content_path: null,
        parameters: {},
        created_at: '2026-01-03T00:00:00.000Z',
        updated_at: expect.any(String),
      },
      expect.objectContaining({ title: 'One 100%' }),
    ],
    pagination: { page: 1, limit: 20, total: 2, pages: 1 },
    pageInfo: {
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: expect.any(String),
      endCursor: expect.any(String),
    },
    executionTimeMs: expect.any(Number),
    cached: false,
  });
});

test('nobody sees the rows of another, however they ask', async () => {
  for (const filters of [{ user_id: encodeId('user', eve.userId) }, { id: ids.eves }, { title: 'Hers' }])
    expect((await ask({ table: 'projects', filters }, ada)).data.rows).toEqual([]);
  const { error } = await ask({ table: 'projects' });
  expect(error?.extensions.code).toBe('UNAUTHENTICATED');
  const service = { serviceId: newId(), scopes: ['users:read'] };
  expect((await ask({ table: 'projects' }, service)).error?.extensions).toMatchObject({
    code: 'FORBIDDEN',
    details: { requiredScopes: [['data:read'], ['database:admin']] },
  });
});

test('administrators and services with the scope see everybody’s', async () => {
  const services = ['data:read', 'projects:analyze'].map((scope) => ({
    serviceId: newId(),
    scopes: [scope],
  }));
  for (const as of [administrator, ...services])
    expect(titles(await ask({ table: 'projects', columns: ['title'] }, as))).toEqual([
      'Hers',
      'Three',
      'Two',
      'One 100%',
    ]);
});

test('what belongs to a project is its owner’s, and people are there for themselves alone', async () => {
  await data.rows.projects.query(
    `INSERT INTO content_analysis (project_id, analysis_type, result, confidence_score)
     VALUES ($1, 'scenes', '{"n": 1}', 0.75)`,
    [ids.first],
  );
  const analyses = { table: 'content_analysis', columns: ['project_id', 'result', 'confidence_score'] };
  expect((await ask(analyses, ada)).data.rows).toEqual([
    { project_id: encodeId('project', ids.first), result: { n: 1 }, confidence_score: 0.75 },
  ]);
  expect((await ask(analyses, eve)).data.rows).toEqual([]);

  await data.rows.users.query(`INSERT INTO "user" (id, display_name) VALUES ($1, 'Ada'), ($2, 'Eve')`, [
    ada.userId,
    eve.userId,
  ]);
  const people = { table: 'users', columns: ['id', 'display_name', 'status'] };
  expect((await ask(people, ada)).data.rows).toEqual([
    { id: encodeId('user', ada.userId), display_name: 'Ada', status: 'ACTIVE' },
  ]);
});

test.each([
  [{ title: { contains: '100%' } }, ['One 100%']],
  [{ title: { contains: '%' } }, ['One 100%']],
  [{ title: { in: ['Two', 'Hers'] } }, ['Two']],
  [{ title: ['Two', 'Three'] }, ['Three', 'Two']],
  [{ created_at: { gt: '2026-01-01T00:00:00Z', lte: '2026-01-03T00:00:00Z' } }, ['Three', 'Two']],
  [{ created_at: { lt: '2026-01-02T01:00:00+01:00' } }, ['One 100%']],
  [{ description: { isNull: false } }, []],
  [{ description: null, title: { gte: 'Two' } }, ['Two']],
  [{ id: { eq: encodeId('project', ids.second) } }, ['Two']],
])('filters %j', async (filters, expected) => {
  expect(titles(await ask({ table: 'projects', filters }, ada))).toEqual(expected);
});

test('pages by number and by cursor, in the order that is asked for', async () => {
  const orderBy = [{ column: 'status', direction: 'ASC' }, { column: 'title' }];
  const whole = titles(await ask({ table: 'projects', orderBy }, administrator));
  expect(whole).toEqual(['One 100%', 'Three', 'Hers', 'Two']);

  const second = await ask({ table: 'projects', orderBy, pagination: { page: 2, limit: 3 } }, administrator);
  expect(titles(second)).toEqual(['Two']);
  expect(second.data.pagination).toEqual({ page: 2, limit: 3, total: 4, pages: 2 });
  expect(second.data.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });

  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page = await ask({ table: 'projects', orderBy, first: 1, after }, administrator);
    seen.push(...titles(page));
    after = page.data.pageInfo.hasNextPage ? page.data.pageInfo.endCursor : null;
  } while (after);
  expect(seen).toEqual(whole);

  // Null is the greatest.
  const byNull = { table: 'projects', orderBy: [{ column: 'description' }, { column: 'title' }], first: 2 };
  const { endCursor } = (await ask(byNull, administrator)).data.pageInfo;
  expect(titles(await ask({ ...byNull, after: endCursor }, administrator))).toEqual(['Three', 'Two']);
});

describe('entries of the users domain', () => {
  const shown = async (as: object, more: object = {}) =>
    titles(await ask({ table: 'projects', columns: ['title'], ...more }, as));
  const scenesOf = async (as: object) =>
    (await ask({ table: 'content_analysis', columns: ['result'] }, as)).data.rows;
  /** What the projects domain has heard of, and tells of. */
  async function entry(subject: string, effect: 'ALLOW' | 'DENY', rest: object = {}) {
    const row = { id: newId(), action: 'projects:read', resourceId: ids.second, expiresAt: null, ...rest };
    await data.rows.projects.query(
      `INSERT INTO access_entry (id, subject, action, resource_id, effect, expires_at)
       VALUES ($1, $2, $3, $4, $5::access_effect, $6)`,
      [row.id, subject, row.action, row.resourceId, effect, row.expiresAt],
    );
    await told(row.resourceId);
  }
  const told = (resourceId: string | null) =>
    data.producers.projects.publish('projectAccessChanged', { resourceType: 'project', resourceId });
  const forget = async () => {
    await data.rows.projects.query('DELETE FROM access_entry; DELETE FROM access_membership');
    await told(null);
  };
  const olga = { userId: newId(), roles: ['user', 'reader'] };

  test('what one allows is seen, and no more of it when it ends or is gone', async () => {
    expect(await shown(olga)).toEqual([]);
    await entry(`user:${olga.userId}`, 'ALLOW');
    expect(await shown(olga)).toEqual(['Two']);
    expect((await ask({ table: 'projects' }, olga)).data.pagination.total).toBe(1);
    await entry('role:reader', 'ALLOW', { resourceId: ids.first });
    expect([await shown(olga), await scenesOf(olga)]).toEqual([['Two', 'One 100%'], [{ result: { n: 1 } }]]);

    await forget();
    expect([await shown(olga), await scenesOf(olga)]).toEqual([[], []]);
    const expiresAt = new Date(Date.now() + 1_500);
    await entry(`user:${olga.userId}`, 'ALLOW', { expiresAt });
    expect(await shown(olga)).toEqual(['Two']);
    await expect.poll(() => shown(olga), { timeout: 5_000 }).toEqual([]);
    await forget();
  });

  test('what one denies is not, whoever’s it is, whatever else allows it, and by whichever way it is asked for', async () => {
    const groupId = newId();
    await data.rows.projects.query('INSERT INTO access_membership (user_id, group_id) VALUES ($1, $2)', [
      ada.userId,
      groupId,
    ]);
    await entry(`user:${ada.userId}`, 'ALLOW');
    await entry(`group:${groupId}`, 'DENY');
    const byTitle = { orderBy: [{ column: 'title' }] };
    expect(await shown(ada, byTitle)).toEqual(['One 100%', 'Three']);
    expect(await shown(ada, { filters: { id: ids.second } })).toEqual([]);
    await entry(`user:${ada.userId}`, 'DENY', { resourceId: ids.first });
    expect([await shown(ada), await scenesOf(ada)]).toEqual([['Three'], []]);
    // Of another action, and for who looks after all.
    await entry(`user:${ada.userId}`, 'DENY', { resourceId: ids.third, action: 'projects:update' });
    expect(await shown(ada)).toEqual(['Three']);
    expect(await shown({ ...ada, scopes: ['data:read'] })).toContain('Two');
    await entry('role:user', 'DENY', { resourceId: null });
    expect(await shown({ ...ada, roles: ['user'] })).toEqual([]);
    await forget();
    expect(await shown(ada, byTitle)).toEqual(['One 100%', 'Three', 'Two']);
  });
});

describe('the cache', () => {
  const asCached = async (input: object, as: object) => (await ask(input, as)).data;
  const mine = { table: 'projects', columns: ['title'], orderBy: [{ column: 'title' }] };

  test('answers until the domain announces a change, and each sees their own', async () => {
    expect(await asCached(mine, eve)).toMatchObject({ cached: false, rows: [{ title: 'Hers' }] });
    expect(await asCached(mine, eve)).toMatchObject({ cached: true, rows: [{ title: 'Hers' }] });
    expect(await asCached(mine, { userId: newId() })).toMatchObject({ cached: false, rows: [] });

    await data.rows.projects.query(`UPDATE projects SET title = 'Changed' WHERE id = $1`, [ids.eves]);
    await data.producers.projects.publish('projectOwned', { projectId: ids.eves, userId: eve.userId });
    expect(await asCached(mine, eve)).toMatchObject({ cached: false, rows: [{ title: 'Changed' }] });
    expect(await asCached(mine, eve)).toMatchObject({ cached: true, rows: [{ title: 'Changed' }] });
  });

  test('what was written by a lease is seen when that ends', async () => {
    const lease = await data.ask(
      `mutation ($input: ConnectionAcquireInput!) { connectionAcquire(input: $input) {
        connectionId databaseUrl userErrors { code } } }`,
      { serviceName: 'a-service', domain: 'projects', operationType: 'WRITE' },
      administrator,
    );
    expect(await asCached(mine, eve)).toMatchObject({ rows: [{ title: 'Changed' }] });
    const client = new pg.Client({ connectionString: lease.data.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(`UPDATE projects SET title = 'By a lease' WHERE id = $1`, [ids.eves]);
    await client.end();
    await data.ask(
      'mutation ($input: ConnectionReleaseInput!) { connectionRelease(input: $input) { lease { id } } }',
      { leaseId: lease.data.connectionId, serviceName: 'a-service' },
      administrator,
    );
    expect(await asCached(mine, eve)).toMatchObject({ cached: false, rows: [{ title: 'By a lease' }] });
  });

  test('many who ask at once make one query', async () => {
    const unlike = { ...mine, filters: { title: { contains: 'a' } } };
    const answers = await Promise.all(Array.from({ length: 20 }, () => asCached(unlike, eve)));
    expect(new Set(answers.map(({ rows }) => JSON.stringify(rows))).size).toBe(1);
    expect(await asCached(unlike, eve)).toMatchObject({ cached: true });
  });
});

test.each([
  [{ table: 'account' }, 'table', 'tables'],
  [{ table: '__proto__' }, 'table', 'tables'],
  [{ table: 'projects', columns: ['id', 'password_hash'] }, 'columns.1', 'columns'],
  [{ table: 'projects', filters: { 'title" OR 1=1 --': 1 } }, 'filters.title" OR 1=1 --', 'columns'],
  [{ table: 'projects', filters: { title: { like: '%' } } }, 'filters.title.like', 'operators'],
  [{ table: 'projects', orderBy: [{ column: '(SELECT 1)' }] }, 'orderBy.0.column', 'columns'],
])('what is not there is refused with what there is: %j', async (input, field, known) => {
  const { error } = await ask(input, ada);
  expect(error?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    details: { field: `input.${field}`, [known]: expect.any(Array) },
  });
});

test.each([
  { filters: { id: 'project_1' } },
  { filters: { id: encodeId('user', ids.first) } },
  { filters: { id: { in: 'x' } } },
  { filters: { created_at: 'yesterday' } },
  { filters: { created_at: '2026-99-01T00:00:00Z' } },
  { filters: { title: 1 } },
  { filters: { title: 'a\0' } },
  { filters: { title: { isNull: 'yes' } } },
  { pagination: { page: 0, limit: 20 } },
  { pagination: { page: 1, limit: 101 } },
  { pagination: { page: 100_000, limit: 100 } },
  { pagination: { page: 1, limit: 1 }, first: 1 },
  { first: 0 },
  { after: 'x' },
  { after: Buffer.from('["created_at DESC,id DESC","x","y"]').toString('base64url') },
])('what cannot be meant is refused: %j', async (input) => {
  const { error } = await ask({ table: 'projects', ...input }, ada);
  expect(error?.extensions.code).toBe('BAD_USER_INPUT');
});
