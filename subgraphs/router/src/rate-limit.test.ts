import { defaultPolicies, subjectOf } from '@kronos/edge-rules';
import type { Quotas } from '@kronos/quotas';
import { createRedisQuotas } from '@kronos/quotas/redis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestRouter, somebody, type TestRouter } from './testing/test-router.ts';

let router: TestRouter;
let quotas: Quotas;
beforeAll(async () => {
  router = await createTestRouter();
  quotas = createRedisQuotas({ redisUrl: router.redisUrl, timeoutMs: 5_000 });
  // Until the connections stand, nothing is decided.
  await vi.waitFor(
    async () => {
      await quotas.read('address:192.0.2.1', defaultPolicies.user);
      expect((await router.execute(query)).errors).toBeUndefined();
    },
    { timeout: 10_000, interval: 25 },
  );
});
afterAll(async () => {
  await quotas.close();
  await router[Symbol.asyncDispose]();
});

const query = '{ rateLimit { policy limit remaining used resetAt } }';
const read = async (as?: ReturnType<typeof somebody>) =>
  (await router.execute(query, {}, as)).data?.rateLimit;

test('everybody is told of their own bucket, by the policy that holds for them', async () => {
  const ada = somebody();
  const subject = subjectOf({ client: null, viewer: { userId: ada.id }, address: '' });
  await quotas.take(subject, defaultPolicies.user, 5_000);
  const limit = await read(ada);
  expect(limit).toMatchObject({ policy: 'user', limit: '12000' });
  expect(Number(limit.remaining)).toBeGreaterThanOrEqual(7_000);
  expect(Number(limit.remaining) + Number(limit.used)).toBe(12_000);
  expect(Date.parse(limit.resetAt)).toBeGreaterThan(Date.now() - 1_000);

  expect(await read(somebody())).toMatchObject({ remaining: '12000', used: '0' });
  expect(await read(somebody('quota:premium'))).toMatchObject({ policy: 'premium', limit: '60000' });
  expect(await read()).toMatchObject({ policy: 'anonymous', limit: '6000' });
});
