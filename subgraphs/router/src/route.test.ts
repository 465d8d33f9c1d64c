import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestRouter, type Json, type TestRouter } from './testing/test-router.ts';

let router: TestRouter;
const operations: Record<string, string> = {};
beforeAll(async () => {
  router = await createTestRouter();
  const documents = {
    role: 'query Role($id: ID!) { role(id: $id) { id name } }',
    roles: 'query Roles { ...All } fragment All on Query { list: roles { name } }',
    found:
      'query Found($filter: EventFilter!, $first: Int = 5) { events(filter: $filter, first: $first) { nodes { id } } }',
    update:
      'mutation Update($id: ID!, $input: UserUpdateInput!) { userUpdate(id: $id, input: $input) { user { id } } }',
    live: 'subscription Live { eventCreated { event { id } } }',
  };
  for (const [name, document] of Object.entries(documents)) {
    const { persistedOperation } = await router.mutate(
      'persistedOperationPublish',
      { input: { document } },
      'persistedOperation { id }',
    );
    operations[name] = persistedOperation.id;
  }
});
afterAll(() => router[Symbol.asyncDispose]());

const fields = `id legacyMethod legacyPath description operationName operation { name } subgraph { name }
  parameters { variable source name value } requiredScopes quotaPolicy { name } successStatus resultPath spelling enabled`;
/** A route that is right but for what is changed. */
const inputWith = (changes: object = {}) => ({
  legacyMethod: 'GET',
  legacyPath: '/roles/{id}',
  description: 'One role.',
  operationId: operations.role,
  parameters: [{ variable: 'id', source: 'PATH' }],
  ...changes,
});
const create = (changes: object) =>
  router.mutate('routeCreate', { input: inputWith(changes) }, `route { ${fields} }`);
const faultsOf = async (changes: object) => {
  const { route, userErrors } = await create(changes);
  expect(route).toBeNull();
  return userErrors.map(({ code, field, message }: Json) => `${code} ${field.join('.')}: ${message}`);
};

test('the routes that the project was asked for are there, and fit the graph', async () => {
  const { routes } = await router.data(`{ routes { nodes { ${fields} } totalCount } }`);
  expect(routes.totalCount).toBe(15);
  expect(
    routes.nodes.map((route: Json) => `${route.legacyMethod} ${route.legacyPath} ${route.successStatus}`),
  ).toEqual(
    expect.arrayContaining([
      'POST /signup 201',
      'POST /login 200',
      'GET /events 200',
      'GET /events/{id} 200',
      'POST /events 201',
      'GET /db/status 200',
      'POST /db/query 200',
      'GET /db/backups 200',
      'POST /db/backup 202',
      'POST /api/v1/connections/acquire 200',
      'POST /api/v1/connections/release 200',
      'POST /api/v1/data/query 200',
      'POST /api/v1/data/transaction 200',
      'GET /api/v1/migrations/status 200',
      'POST /api/v1/migrations/run 200',
    ]),
  );
  for (const { id, description } of routes.nodes)
    expect(await router.faults('routeUpdate', { id, input: { description } })).toEqual([]);
});

test('a route is made with a parameter from each part of a request', async () => {
  await router.announced();
  const { quotaPolicies } = await router.data('{ quotaPolicies { id name } }');
  const { route, userErrors } = await create({
    legacyMethod: 'PATCH',
    legacyPath: '/people/{id}',
    operationId: operations.update,
    parameters: [
      { variable: 'id', source: 'PATH' },
      { variable: 'input.displayName', source: 'BODY', name: 'name' },
      { variable: 'input.locale', source: 'QUERY' },
      { variable: 'input.timeZone', source: 'CONSTANT', value: 'UTC' },
    ],
    requiredScopes: ['users:write', 'users:write'],
    quotaPolicyId: quotaPolicies[0].id,
    successStatus: 202,
    resultPath: 'userUpdate.user',
    spelling: 'SNAKE_CASE',
  });
  expect(userErrors).toEqual([]);
  expect(route).toEqual({
    id: expect.stringMatching(/^route_/),
    legacyMethod: 'PATCH',
    legacyPath: '/people/{id}',
    description: 'One role.',
    operationName: 'Update',
    operation: { name: 'Update' },
    // The registry learns of subgraphs by its first look at them, which this test does not wait for.
    subgraph: expect.toSatisfy((subgraph) => subgraph === null || subgraph.name === 'users'),
    parameters: [
      { variable: 'id', source: 'PATH', name: 'id', value: null },
      { variable: 'input.displayName', source: 'BODY', name: 'name', value: null },
      { variable: 'input.locale', source: 'QUERY', name: 'locale', value: null },
      { variable: 'input.timeZone', source: 'CONSTANT', name: null, value: 'UTC' },
    ],
    requiredScopes: ['users:write'],
    quotaPolicy: { name: 'admin' },
    successStatus: 202,
    resultPath: 'userUpdate.user',
    spelling: 'SNAKE_CASE',
    enabled: true,
  });
  expect(await router.announced()).toEqual(['ROUTE']);
  const query = `query ($id: ID!) { route(id: $id) { ${fields} } }`;
  expect(await router.data(query, { id: route.id })).toEqual({ route });
});

test('the whole body can be a variable, and its part a constant object', async () => {
  const body = await create({
    legacyMethod: 'POST',
    legacyPath: '/found',
    operationId: operations.found,
    parameters: [{ variable: 'filter', source: 'BODY', name: null }],
  });
  expect(body.route.parameters).toEqual([{ variable: 'filter', source: 'BODY', name: null, value: null }]);
  const constant = await create({
    legacyPath: '/public',
    operationId: operations.found,
    parameters: [{ variable: 'filter', source: 'CONSTANT', value: { visibility: { eq: 'PUBLIC' } } }],
  });
  expect(constant.userErrors).toEqual([]);
});

test.each([
  [
    'an empty segment',
    { legacyPath: '/roles//{id}' },
    /^INVALID input.legacyPath: The path has an empty segment/,
  ],
  ['no slash', { legacyPath: 'roles/{id}' }, /^INVALID input.legacyPath: A path begins with/],
  ['a path of the gateway', { legacyPath: '/graphql/{id}' }, /^INVALID input.legacyPath: .*gateway's own/],
  ['no description', { description: ' ' }, /^REQUIRED input.description/],
  [
    'a status of failure',
    { successStatus: 404 },
    /^INVALID input.successStatus: Give a status from 200 to 299/,
  ],
  ['a result that is no path', { resultPath: 'a..b' }, /^INVALID input.resultPath: Give names of fields/],
  [
    'a result that is not selected',
    { resultPath: 'role.nothing' },
    /^INVALID input.resultPath: .*selects nothing/,
  ],
  ['an empty scope', { requiredScopes: [''] }, /^REQUIRED input.requiredScopes.0/],
])('%s is refused, with what to do', async (_what, changes, expected) => {
  expect(await faultsOf(changes)).toEqual([expect.stringMatching(expected)]);
});

test('an operation must exist, and be one that the method can carry', async () => {
  const operationId = encodeId('persisted_operation', newId());
  expect(await faultsOf({ operationId })).toEqual([expect.stringMatching(/^NOT_FOUND input.operationId/)]);
  expect(await faultsOf({ quotaPolicyId: 'x' })).toEqual([
    expect.stringMatching(/^NOT_FOUND input.quotaPolicyId/),
  ]);
  expect(await faultsOf({ operationId: operations.live })).toEqual([
    expect.stringMatching(/^INVALID input.operationId: A route cannot be answered by a subscription/),
  ]);
  expect(await faultsOf({ operationId: operations.update })).toEqual([
    expect.stringMatching(/^INVALID input.operationId: GET changes nothing/),
  ]);
});

const role = { variable: 'id', source: 'PATH' };
test.each([
  [
    'no parameter for a variable',
    [],
    ['REQUIRED input.parameters: “$id” must', 'REQUIRED input.parameters: “{id}” of'],
  ],
  [
    'a variable that there is not',
    [role, { variable: 'x', source: 'QUERY' }],
    ['INVALID input.parameters.1: The operation has no “$x”'],
  ],
  [
    'a field that there is not',
    [role, { variable: 'id.x', source: 'QUERY' }],
    ['INVALID input.parameters.1: “$id.x” gets'],
  ],
  [
    'the same twice',
    [role, { variable: 'id', source: 'QUERY' }],
    ['INVALID input.parameters.1: “$id” gets its value'],
  ],
  [
    'a part that the path has not',
    [{ ...role, name: 'slug' }],
    ['INVALID input.parameters.0: The path has no “{slug}”', 'REQUIRED input.parameters: “{id}” of'],
  ],
  [
    'a body of GET',
    [{ variable: 'id', source: 'BODY' }],
    ['INVALID input.parameters.0: GET has no body', 'REQUIRED input.parameters: “{id}” of'],
  ],
  [
    'no name',
    [role, { variable: 'id', source: 'QUERY', name: '' }],
    ['INVALID input.parameters.1: Give a name'],
  ],
])('%s is refused, with what to do', async (_what, parameters, expected) => {
  const faults = await faultsOf({ parameters });
  expect(faults).toEqual(expected.map((start) => expect.stringContaining(start)));
});

test('a constant must be a value of its variable', async () => {
  const withValue = (value: unknown) =>
    faultsOf({
      legacyPath: '/constant',
      operationId: operations.found,
      parameters: [{ variable: 'filter', source: 'CONSTANT', value }],
    });
  for (const value of [null, 'x', { nothing: 1 }])
    expect(await withValue(value)).toEqual([
      expect.stringMatching(/^INVALID input.parameters.0: “\$filter” does not take this value/),
    ]);
});

test('two routes cannot answer the same requests, whatever they call their parameters', async () => {
  expect((await create({})).userErrors).toEqual([]);
  const twin = { legacyPath: '/roles/{key}', parameters: [{ variable: 'id', source: 'PATH', name: 'key' }] };
  expect(await faultsOf(twin)).toEqual([expect.stringMatching(/^CONFLICT input.legacyPath/)]);
  expect((await create({ ...twin, legacyMethod: 'DELETE' })).userErrors).toEqual([]);
  const claims = await Promise.all([1, 2, 3].map(() => create({ legacyPath: '/race/{id}' })));
  expect(claims.filter(({ route }) => route !== null)).toHaveLength(1);
});

test('a route is changed, and what is left out stays; the whole must still be right', async () => {
  const { route } = await create({ legacyPath: '/changing/{id}' });
  const { id } = route;
  await router.announced();
  const change = (input: object) => router.mutate('routeUpdate', { id, input }, `route { ${fields} }`);
  expect((await change({ successStatus: 203, resultPath: 'role' })).route).toEqual({
    ...route,
    successStatus: 203,
    resultPath: 'role',
  });
  expect((await change({ resultPath: null })).route).toMatchObject({ resultPath: null, successStatus: 203 });
  const other = {
    operationId: operations.roles,
    legacyPath: '/changing',
    parameters: [],
    resultPath: 'list',
  };
  expect((await change(other)).route).toMatchObject({
    operationName: 'Roles',
    parameters: [],
    resultPath: 'list',
  });
  expect(await router.announced()).toEqual(['ROUTE', 'ROUTE', 'ROUTE']);

  expect(await router.faults('routeUpdate', { id, input: { legacyPath: '/changing/{id}' } })).toEqual([
    'REQUIRED input.parameters',
  ]);
  expect(await router.faults('routeUpdate', { id, input: { legacyPath: '/events' } })).toEqual([
    'CONFLICT input.legacyPath',
  ]);
  expect(await router.faults('routeUpdate', { id, input: { description: null } })).toEqual([
    'REQUIRED input.description',
  ]);
});

test('a route goes out of service and into it again; the seeds leave it alone from then on', async () => {
  const { id } = await router.db.route.findFirstOrThrow({ where: { path: '/login' } });
  const args = { id: encodeId('route', id) };
  await router.announced();
  for (const [field, enabled] of [
    ['routeDisable', false],
    ['routeDisable', false],
    ['routeEnable', true],
  ] as const)
    expect(await router.mutate(field, args, 'route { enabled }')).toMatchObject({ route: { enabled } });
  expect(await router.announced()).toEqual(['ROUTE', 'ROUTE']);
  expect(await router.db.route.findUnique({ where: { id } })).toMatchObject({ seedHash: null });
});

test.each(['routeUpdate', 'routeDisable', 'routeEnable'])(
  '%s finds nothing where nothing is',
  async (field) => {
    for (const id of [encodeId('route', newId()), 'x'])
      expect(await router.faults(field, { id, ...(field === 'routeUpdate' && { input: {} }) })).toEqual([
        'NOT_FOUND id',
      ]);
  },
);

test('routes come in pages, in the order of their paths', async () => {
  const query =
    'query ($after: String) { routes(first: 3, after: $after) { nodes { legacyPath } pageInfo { hasNextPage endCursor } } }';
  const paths: string[] = [];
  for (let after: string | null = null, isMore = true; isMore; ) {
    const { routes }: Json = await router.data(query, { after });
    paths.push(...routes.nodes.map(({ legacyPath }: Json) => legacyPath));
    ({ endCursor: after, hasNextPage: isMore } = routes.pageInfo);
  }
  expect(paths.length).toBeGreaterThan(5);
  expect(new Set(paths.map((path) => path.split('/')[1]))).toContain('login');
});
