import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestRouter, type TestRouter } from '../testing/test-router.ts';
import { createLease } from './lease.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await createTestRouter();
});
afterAll(() => router[Symbol.asyncDispose]());

test('one of several has the right, until it gives it up', async () => {
  const leases = Array.from({ length: 5 }, () => createLease(router.db, 'one', 60_000));
  const held = await Promise.all(leases.map((lease) => lease.hold()));
  expect(held.filter(Boolean)).toHaveLength(1);
  const holder = leases[held.indexOf(true)]!;
  const other = leases[held.indexOf(false)]!;
  expect([await holder.hold(), await other.hold()]).toEqual([true, false]);
  await other.release();
  expect(await other.hold()).toBe(false);
  await holder.release();
  expect(await other.hold()).toBe(true);
});

test('a right that is not held again runs out', async () => {
  const gone = createLease(router.db, 'gone', 50);
  expect(await gone.hold()).toBe(true);
  const next = createLease(router.db, 'gone', 60_000);
  await vi.waitFor(async () => expect(await next.hold()).toBe(true), { timeout: 5_000, interval: 10 });
  expect(await gone.hold()).toBe(false);
});
