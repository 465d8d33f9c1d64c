import { defaultPolicies } from '@kronos/edge-rules';
import type { QuotaPolicy } from '@kronos/prisma-router';
import type { UserFault } from '@kronos/subgraph';
import { z } from 'zod';
import { fault } from './faults.ts';

const greatest = 2_147_483_647;
const count = (most = greatest) => {
  const expected = `Give a whole number from 1 to ${most.toLocaleString('en')}.`;
  return z.int(expected).min(1, expected).max(most, expected);
};
const months = 'Give a whole number from 0 to 9,007,199,254,740,991, or null for no limit.';
const name = z
  .string('Give a name.')
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'Give a name of 1 to 60 lower-case letters, digits and hyphens.');
const monthlyPoints = z
  .bigint(months)
  .min(0n, months)
  .max(BigInt(Number.MAX_SAFE_INTEGER), months)
  .nullable();

/** What a new policy is made of; what is omitted follows from the rest. */
export const policyCreateSchema = z
  .object({
    name,
    pointsPerMinute: count(),
    burst: count().nullish(),
    monthlyPoints: monthlyPoints.default(null),
    maxDepth: count(100),
    maxCost: count().nullish(),
  })
  .transform((policy) => {
    const burst = policy.burst ?? policy.pointsPerMinute;
    return { ...policy, burst, maxCost: policy.maxCost ?? burst };
  });

/** What may change of a policy. */
export const policyUpdateSchema = z.object({
  name: name.optional(),
  pointsPerMinute: count().optional(),
  burst: count().optional(),
  monthlyPoints: monthlyPoints.optional(),
  maxDepth: count(100).optional(),
  maxCost: count().optional(),
});

/** Whether gateways choose a policy of this name for whoever has none of their own. */
export function isPermanent(policyName: string): boolean {
  return Object.hasOwn(defaultPolicies, policyName);
}

/** What stands against a policy as a whole. */
export function policyFaults({ burst, maxCost }: Pick<QuotaPolicy, 'burst' | 'maxCost'>): UserFault[] {
  if (maxCost <= burst) return [];
  const message = `An operation that costs ${maxCost} points could never be paid from a bucket of ${burst}: give a burst of ${maxCost} or more, or a lower maxCost.`;
  return [fault('INVALID', message, ['input', 'maxCost'])];
}
