import { defaultPolicies, type QuotaPolicy } from '@kronos/edge-rules';
import { createLocalQuotas, type Quotas } from '@kronos/quotas';
import { beforeEach, expect, test } from 'vitest';
import { RequestAccount, refusedPoints } from './account.ts';
import { chargeRefused } from './charge-refused.ts';
import { rateLimited } from './rate-limited.ts';

const policy: QuotaPolicy = { ...defaultPolicies.anonymous, burst: 100, pointsPerMinute: 60 };
let quotas: Quotas;
let headers: Record<string, string | number>;
const sink = { header: (name: string, value: string | number) => Object.assign(headers, { [name]: value }) };
const metrics = { count() {}, countBack() {} };
const now = Date.parse('2026-11-30T12:00:00Z');

beforeEach(() => {
  quotas = createLocalQuotas({ clock: () => now });
  headers = {};
});

const open = (of = policy) => new RequestAccount({ subject: 'user:1', policy: of, quotas, metrics, sink });
const remaining = async (of = policy) => (await quotas.read('user:1', of)).remaining;

test('an operation takes its estimate, and what it did not use comes back', async () => {
  const account = open();
  await account.enter();
  expect(await remaining()).toBe(99);
  await account.admit(40);
  expect(await remaining()).toBe(60);
  account.settle(15);
  expect(await remaining()).toBe(85);
  account.close();
  expect(await remaining()).toBe(85);
});

test('the headers say where that leaves the caller', async () => {
  const account = open();
  await account.admit(40);
  expect(headers).toEqual({
    'ratelimit-limit': 100,
    'ratelimit-remaining': 60,
    'ratelimit-reset': 40,
    'ratelimit-policy': '60;w=60;burst=100;policy="anonymous"',
  });
  account.settle(15);
  expect(headers).toMatchObject({ 'ratelimit-remaining': 85, 'ratelimit-reset': 15 });
});

test('the name of a policy cannot write headers', async () => {
  await open({ ...policy, name: 'a"b\\\r\nx: é', monthlyPoints: 500 }).enter();
  expect(headers['ratelimit-policy']).toBe(
    String.raw`60;w=60;burst=100;policy="a\"b\\??x: ?", 500;w=2678400`,
  );
});

test('what costs nothing takes a point, and a fraction takes a whole one', async () => {
  const account = open();
  await account.admit(0);
  account.settle(0);
  expect(await remaining()).toBe(99);
  await open().admit(2.2);
  expect(await remaining()).toBe(96);
});

test('what was admitted twice, was paid once', async () => {
  const account = open();
  await account.admit(40);
  await account.admit(40);
  expect(await remaining()).toBe(60);
});

test('what an operation costs beyond its estimate is owed', async () => {
  const account = open();
  await account.admit(10);
  account.settle(130);
  expect(await remaining()).toBe(0);
  await expect(open().enter()).rejects.toMatchObject({
    extensions: { code: 'RATE_LIMITED', retryAfter: 31 },
  });
});

test('what became no operation has its price', async () => {
  const account = open();
  await account.enter();
  account.close();
  expect(await remaining()).toBe(100 - refusedPoints);
});

test('whoever has too few points is told how many, and when there are more', async () => {
  await open().admit(80);
  const refused = open();
  await expect(refused.admit(30)).rejects.toMatchObject({
    message: expect.stringContaining('allows 60 points a minute; 20 are left and this takes 30'),
    extensions: {
      code: 'RATE_LIMITED',
      retryAfter: 10,
      details: { policy: 'anonymous', limit: 100, remaining: 20, cost: 30, resetAt: expect.any(String) },
    },
  });
  refused.close();
  refused.settle(1);
  expect(await remaining()).toBe(20);
});

test('a month without points', async () => {
  const monthly = { ...policy, monthlyPoints: 50 };
  await open(monthly).admit(45);
  const error = await open(monthly)
    .admit(6)
    .catch((refusal) => refusal);
  expect(error.message).toContain('50 points a month');
  expect(error.extensions).toMatchObject({ retryAfter: 12 * 3_600, details: { limit: 50, remaining: 5 } });
});

test('what costs more than there ever is need not be tried again', async () => {
  await expect(open().admit(101)).rejects.toMatchObject({
    extensions: {
      code: 'OPERATION_LIMIT_EXCEEDED',
      details: { limit: 'cost', value: 101, maximum: 100 },
    },
  });
});

test('the fault of a sender is charged, ours is not', async () => {
  const fault = rateLimitedLike('BAD_REQUEST');
  expect(await chargeRefused(open(), fault)).toBe(fault);
  expect(await remaining()).toBe(90);
  for (const error of [
    new Error('ours'),
    rateLimitedLike('SERVICE_UNAVAILABLE'),
    rateLimitedLike('RATE_LIMITED'),
  ]) {
    expect(await chargeRefused(open(), error)).toBe(error);
  }
  expect(await remaining()).toBe(90);
});

test('whoever has no points left is not even told what was wrong', async () => {
  await open().admit(100);
  expect(await chargeRefused(open(), rateLimitedLike('BAD_REQUEST'))).toMatchObject({
    extensions: { code: 'RATE_LIMITED' },
  });
});

function rateLimitedLike(code: string) {
  const verdict = { policy, limit: 1, remaining: 0, resetMs: 1, retryAfterMs: 1, reason: 'minute' } as const;
  const error = rateLimited({ ...verdict, subject: '', isAllowed: false, points: 0, isLocal: true }, 1);
  error.extensions.code = code;
  return error;
}
