import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestRouter, type TestRouter } from './testing/test-router.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await createTestRouter();
});
afterAll(() => router[Symbol.asyncDispose]());

const fields = 'id name pointsPerMinute burst monthlyPoints maxDepth maxCost';
const create = async (input: object) => {
  const { quotaPolicy, userErrors } = await router.mutate(
    'quotaPolicyCreate',
    { input },
    `quotaPolicy { ${fields} }`,
  );
  expect(userErrors).toEqual([]);
  return quotaPolicy;
};
const named = async (name: string) =>
  (await router.data(`{ quotaPolicies { ${fields} } }`)).quotaPolicies.find(
    (policy: { name: string }) => policy.name === name,
  );

test('the policies that always exist are there, in alphabetical order', async () => {
  const { quotaPolicies } = await router.data(`{ quotaPolicies { ${fields} } }`);
  expect(quotaPolicies).toMatchObject([
    { name: 'admin', pointsPerMinute: 60_000 },
    { name: 'anonymous', pointsPerMinute: 6_000, burst: 6_000, monthlyPoints: null },
    { name: 'premium', pointsPerMinute: 60_000 },
    { name: 'service', pointsPerMinute: 120_000 },
    { name: 'user', pointsPerMinute: 12_000 },
  ]);
});

test('a policy is made; what is omitted follows from the rest', async () => {
  await router.announced();
  expect(await create({ name: 'partner', pointsPerMinute: 500 })).toMatchObject({
    id: expect.stringMatching(/^quota_policy_/),
    burst: 500,
    maxCost: 500,
    maxDepth: 30,
    monthlyPoints: null,
  });
  const all = {
    name: 'all',
    pointsPerMinute: 1,
    burst: 9,
    maxCost: 8,
    maxDepth: 7,
    monthlyPoints: '9007199254740991',
  };
  expect(await create(all)).toMatchObject(all);
  expect(await router.announced()).toEqual(['POLICY', 'POLICY']);
});

test('a policy is changed, and what is left out stays', async () => {
  const { id } = await create({ name: 'changing', pointsPerMinute: 500, monthlyPoints: '7' });
  await router.announced();
  const { quotaPolicy } = await router.mutate(
    'quotaPolicyUpdate',
    { id, input: { burst: 1_000, monthlyPoints: null } },
    `quotaPolicy { ${fields} }`,
  );
  expect(quotaPolicy).toMatchObject({
    pointsPerMinute: 500,
    burst: 1_000,
    maxCost: 500,
    monthlyPoints: null,
  });
  expect(await router.announced()).toEqual(['POLICY']);
});

test.each([
  [{ name: 'X', pointsPerMinute: 1 }, 'INVALID input.name'],
  [{ name: '', pointsPerMinute: 1 }, 'REQUIRED input.name'],
  [{ name: 'x', pointsPerMinute: 0 }, 'INVALID input.pointsPerMinute'],
  [{ name: 'x', pointsPerMinute: 1, burst: -1 }, 'INVALID input.burst'],
  [{ name: 'x', pointsPerMinute: 1, monthlyPoints: '-1' }, 'INVALID input.monthlyPoints'],
  [{ name: 'x', pointsPerMinute: 1, monthlyPoints: '9007199254740992' }, 'INVALID input.monthlyPoints'],
  [{ name: 'x', pointsPerMinute: 1, maxDepth: 101 }, 'INVALID input.maxDepth'],
  [{ name: 'x', pointsPerMinute: 5, maxCost: 6 }, 'INVALID input.maxCost'],
  [{ name: 'user', pointsPerMinute: 1 }, 'CONFLICT input.name'],
])('%j cannot be: %s', async (input, fault) => {
  await router.announced();
  expect(await router.faults('quotaPolicyCreate', { input })).toEqual([fault]);
  expect(await router.announced()).toEqual([]);
});

test('a policy that always exists keeps its name, and its numbers are an administrator’s to change', async () => {
  const { id } = await named('premium');
  expect(await router.faults('quotaPolicyUpdate', { id, input: { name: 'gold' } })).toEqual([
    'CONFLICT input.name',
  ]);
  expect(await router.faults('quotaPolicyDelete', { id })).toEqual(['CONFLICT id']);
  expect(await router.faults('quotaPolicyUpdate', { id, input: { name: 'premium', burst: 70_000 } })).toEqual(
    [],
  );
  expect(await named('premium')).toMatchObject({ burst: 70_000 });
});

test('a change that would not fit what stays is refused, and so is the name of another', async () => {
  const { id } = await create({ name: 'fitting', pointsPerMinute: 500 });
  expect(await router.faults('quotaPolicyUpdate', { id, input: { burst: 499 } })).toEqual([
    'INVALID input.maxCost',
  ]);
  expect(await router.faults('quotaPolicyUpdate', { id, input: { name: 'user' } })).toEqual([
    'CONFLICT input.name',
  ]);
  expect(await router.faults('quotaPolicyUpdate', { id, input: { name: null } })).toEqual([
    'REQUIRED input.name',
  ]);
  expect(await named('fitting')).toMatchObject({ burst: 500 });
});

test('a policy that client applications have cannot be deleted; one that nobody has can', async () => {
  const { id } = await create({ name: 'going', pointsPerMinute: 1 });
  const { clientApplication } = await router.mutate(
    'clientApplicationCreate',
    { input: { name: 'holder', quotaPolicyId: id } },
    'clientApplication { id }',
  );
  expect(await router.faults('quotaPolicyDelete', { id })).toEqual(['QUOTA_POLICY_IN_USE id']);

  const { id: quotaPolicyId } = await named('user');
  await router.announced();
  const assigned = await router.mutate(
    'quotaPolicyAssign',
    { input: { clientApplicationId: clientApplication.id, quotaPolicyId } },
    'clientApplication { quotaPolicy { name } }',
  );
  expect(assigned).toMatchObject({ clientApplication: { quotaPolicy: { name: 'user' } }, userErrors: [] });
  expect(await router.announced()).toEqual(['CLIENT']);

  expect(await router.mutate('quotaPolicyDelete', { id }, 'quotaPolicy { name }')).toMatchObject({
    quotaPolicy: { name: 'going' },
  });
  expect(await named('going')).toBeUndefined();
  expect(await router.faults('quotaPolicyDelete', { id })).toEqual(['NOT_FOUND id']);
});

test('what is not there is not found', async () => {
  const id = encodeId('quota_policy', newId());
  expect(await router.faults('quotaPolicyUpdate', { id, input: {} })).toEqual(['NOT_FOUND id']);
  expect(await router.faults('quotaPolicyUpdate', { id: 'user_1', input: {} })).toEqual(['NOT_FOUND id']);
  const input = { clientApplicationId: encodeId('client_application', newId()), quotaPolicyId: id };
  expect(await router.faults('quotaPolicyAssign', { input })).toEqual([
    'NOT_FOUND input.clientApplicationId',
    'NOT_FOUND input.quotaPolicyId',
  ]);
});
