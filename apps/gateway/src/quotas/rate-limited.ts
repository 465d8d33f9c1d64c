import { codedError } from '@kronos/engine';
import type { Verdict } from '@kronos/quotas';
import type { GraphQLError } from 'graphql';

/**
 * The error of a caller who has too few points left. An operation that costs more than there ever are is not a matter of
 * waiting, so it has the code of an operation that is too large.
 *
 * @param points that the operation wanted
 */
export function rateLimited(verdict: Verdict, points: number): GraphQLError {
  const { policy, limit, remaining, resetMs, retryAfterMs, reason } = verdict;
  if (retryAfterMs === Number.POSITIVE_INFINITY) {
    return codedError(
      `The operation costs ${points} points, and the quota "${policy.name}" never allows more than ${limit} at once: ask for less.`,
      { code: 'OPERATION_LIMIT_EXCEEDED', details: { limit: 'cost', value: points, maximum: limit } },
    );
  }
  const retryAfter = Math.ceil(retryAfterMs / 1_000);
  const allowed =
    reason === 'month' ? `${limit} points a month` : `${policy.pointsPerMinute} points a minute`;
  return codedError(
    `The quota "${policy.name}" allows ${allowed}; ${remaining} are left and this takes ${points}: try again in ${retryAfter} s.`,
    {
      code: 'RATE_LIMITED',
      retryAfter,
      details: {
        policy: policy.name,
        limit,
        remaining,
        cost: points,
        resetAt: new Date(Date.now() + resetMs).toISOString(),
      },
    },
  );
}
