import { hashClientKey } from '@kronos/edge-rules';
import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestRouter, somebody, type TestRouter } from './testing/test-router.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await createTestRouter();
});
afterAll(() => router[Symbol.asyncDispose]());

const fields =
  'id name enabled allowedOperations owner { id } quotaPolicy { name } keys { createdAt expiresAt }';
const create = (input: object) =>
  router.mutate('clientApplicationCreate', { input }, `clientApplication { ${fields} } secret`);
const read = async (id: string, as = router.admin) =>
  (await router.data(`query ($id: ID!) { clientApplication(id: $id) { ${fields} } }`, { id }, as))
    .clientApplication;
const keysOf = (name: string) =>
  router.db.clientKey.findMany({ where: { client: { name } }, orderBy: { createdAt: 'asc' } });

test('an application is made with a key that is shown once and kept as its hash', async () => {
  await router.announced();
  const { clientApplication, secret, userErrors } = await create({ name: ' Shop ' });

  expect(userErrors).toEqual([]);
  expect(clientApplication).toEqual({
    id: expect.stringMatching(/^client_application_/),
    name: 'Shop',
    enabled: true,
    allowedOperations: 'ANY',
    owner: { id: router.admin.id },
    quotaPolicy: { name: 'service' },
    keys: [{ createdAt: expect.any(String), expiresAt: null }],
  });
  expect(secret).toMatch(/^kck_[\w-]{43}$/);
  expect(await keysOf('Shop')).toMatchObject([{ hash: hashClientKey(secret), expiresAt: null }]);
  expect(JSON.stringify(await read(clientApplication.id))).not.toContain(secret);
  expect(await router.announced()).toEqual(['CLIENT']);
});

test('an application is made for somebody else, held to its list, with a policy of its own', async () => {
  const owner = somebody();
  const { quotaPolicies } = await router.data('{ quotaPolicies { id name } }');
  const policy = quotaPolicies.find(({ name }: { name: string }) => name === 'premium');
  const { clientApplication } = await create({
    name: 'desk',
    ownerId: owner.id,
    quotaPolicyId: policy.id,
    allowedOperations: 'SAFELIST_ONLY',
  });
  expect(clientApplication).toMatchObject({
    owner: { id: owner.id },
    quotaPolicy: { name: 'premium' },
    allowedOperations: 'SAFELIST_ONLY',
  });
});

test('an application is changed, taken out of service and into it again', async () => {
  const { clientApplication } = await create({ name: 'changing' });
  const { id } = clientApplication;
  await router.announced();
  const input = { name: 'changed', ownerId: null, allowedOperations: 'SAFELIST_ONLY' };
  const selection = `clientApplication { ${fields} }`;
  expect(await router.mutate('clientApplicationUpdate', { id, input }, selection)).toMatchObject({
    clientApplication: { name: 'changed', owner: null, allowedOperations: 'SAFELIST_ONLY', enabled: true },
  });
  for (const enabled of [false, true]) {
    const field = enabled ? 'clientApplicationEnable' : 'clientApplicationDisable';
    expect(await router.mutate(field, { id }, selection)).toMatchObject({ clientApplication: { enabled } });
    expect(await read(id)).toMatchObject({ enabled });
  }
  expect(await router.announced()).toEqual(['CLIENT', 'CLIENT', 'CLIENT']);
});

test('a rotated key stays good for the time that is asked for, and never for longer than before', async () => {
  const { clientApplication, secret } = await create({ name: 'rotating' });
  const { id } = clientApplication;
  await router.announced();
  const rotate = (gracePeriod?: string) =>
    router.mutate(
      'clientKeyRotate',
      { id, ...(gracePeriod && { gracePeriod }) },
      `clientApplication { ${fields} } secret`,
    );
  const second = await rotate('PT1H');
  expect(second.secret).not.toBe(secret);
  const minutesLeft = (at: Date | null) => at && Math.round((at.getTime() - Date.now()) / 60_000);
  const left = async () => (await keysOf('rotating')).map(({ expiresAt }) => minutesLeft(expiresAt));
  expect(await left()).toEqual([60, null]);
  expect(second.clientApplication.keys).toHaveLength(2);
  expect(await router.announced()).toEqual(['CLIENT']);

  await rotate();
  expect(await left()).toEqual([60, 1_440, null]);
  await rotate('PT0S');
  expect((await read(id)).keys).toEqual([{ createdAt: expect.any(String), expiresAt: null }]);
  await rotate('PT0S');
  // What has run out is forgotten with the next key.
  expect((await keysOf('rotating')).length).toBeLessThanOrEqual(2);
});

test('two rotations at once leave one key that does not run out', async () => {
  const { clientApplication } = await create({ name: 'twice' });
  const { id } = clientApplication;
  await Promise.all([1, 2, 3].map(() => router.mutate('clientKeyRotate', { id }, 'secret')));
  expect((await keysOf('twice')).filter(({ expiresAt }) => expiresAt === null)).toHaveLength(1);
});

test.each([
  ['clientApplicationCreate', { input: { name: ' ' } }, 'REQUIRED input.name'],
  ['clientApplicationCreate', { input: { name: 'x'.repeat(101) } }, 'INVALID input.name'],
  ['clientApplicationCreate', { input: { name: 'Shop' } }, 'CONFLICT input.name'],
  [
    'clientApplicationCreate',
    { input: { name: 'x', quotaPolicyId: encodeId('quota_policy', newId()) } },
    'NOT_FOUND input.quotaPolicyId',
  ],
  ['clientApplicationUpdate', { id: encodeId('client_application', newId()), input: {} }, 'NOT_FOUND id'],
  ['clientApplicationDisable', { id: 'shop' }, 'NOT_FOUND id'],
  ['clientApplicationEnable', { id: 'shop' }, 'NOT_FOUND id'],
  ['clientKeyRotate', { id: 'shop' }, 'NOT_FOUND id'],
])('%s %j is refused: %s', async (field, args, fault) => {
  expect(await router.faults(field, args)).toEqual([fault]);
});

test('a name that is taken, and a grace without measure, are refused', async () => {
  const { clientApplication } = await create({ name: 'second' });
  const { id } = clientApplication;
  expect(await router.faults('clientApplicationUpdate', { id, input: { name: 'Shop' } })).toEqual([
    'CONFLICT input.name',
  ]);
  for (const gracePeriod of ['P91D', 'P1M'])
    expect(await router.faults('clientKeyRotate', { id, gracePeriod })).toEqual(['INVALID gracePeriod']);
});

test('owners see their own applications, holders of router:read all, others none', async () => {
  const [owner, other] = [somebody(), somebody()];
  const { clientApplication } = await create({ name: 'owned', ownerId: owner.id });
  const { id } = clientApplication;
  const namesFor = async (as: typeof owner) => {
    const query = '{ clientApplications(first: 100) { nodes { name } totalCount } }';
    const { nodes, totalCount } = (await router.data(query, {}, as)).clientApplications;
    expect(totalCount).toBe(nodes.length);
    return nodes.map(({ name }: { name: string }) => name);
  };
  expect(await read(id, owner)).toMatchObject({ name: 'owned', quotaPolicy: { name: 'service' } });
  expect(await read(id, other)).toBeNull();
  expect(await namesFor(owner)).toEqual(['owned']);
  expect(await namesFor(other)).toEqual([]);
  expect(await namesFor(somebody('router:read'))).toContain('owned');

  const who = [{ __typename: 'ClientApplication', id }];
  const entities =
    'query ($who: [_Any!]!) { _entities(representations: $who) { ... on ClientApplication { name } } }';
  expect(await router.data(entities, { who }, owner)).toEqual({ _entities: [{ name: 'owned' }] });
  expect(await router.data(entities, { who }, other)).toEqual({ _entities: [null] });
});
