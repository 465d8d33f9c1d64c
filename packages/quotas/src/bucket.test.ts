import { expect, test } from 'vitest';
import { afterGivingBack, endOfMonth } from './bucket.ts';
import { createLocalQuotas } from './local-quotas.ts';
import { newSubject, policyWith } from './testing/policy.ts';

const now = Date.parse('2026-11-15T12:30:00Z');
const quotas = createLocalQuotas({ clock: () => now });

test.each([
  [8, 5],
  [8, 20],
  [8, -1],
  [8, -8],
  [8, -9],
])('of %i taken points, %i given back are what a verdict says they are', async (points, back) => {
  for (const monthlyPoints of [null, 9]) {
    const subject = newSubject();
    const policy = policyWith({ monthlyPoints });
    const taken = await quotas.take(subject, policy, points);
    quotas.giveBack(taken, back);
    const { reason, remaining, resetMs } = await quotas.read(subject, policy);
    // Where the other limit has become the nearer one, nothing can be told from one verdict.
    if (reason === taken.reason) expect(afterGivingBack(taken, back)).toMatchObject({ remaining, resetMs });
  }
});

test('a year ends with its last month', () => {
  expect(new Date(endOfMonth(Date.parse('2026-12-31T23:59:59.999Z'))).toISOString()).toBe(
    '2027-01-01T00:00:00.000Z',
  );
});
