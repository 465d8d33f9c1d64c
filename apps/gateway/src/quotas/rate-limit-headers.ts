import type { QuotaPolicy, Verdict } from '@kronos/quotas';

/** What pages of other origins may read, too. */
export const rateLimitHeaders = [
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'ratelimit-policy',
] as const;

/** Where headers are put, e.g. Fastify's reply. */
export interface HeaderSink {
  header(name: string, value: string | number): unknown;
}

/**
 * Says where a caller stands: points of the limit that is nearer, and seconds until all of them are there again.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-07
 */
export function writeRateLimit(sink: HeaderSink, verdict: Verdict): void {
  sink.header('ratelimit-limit', verdict.limit);
  sink.header('ratelimit-remaining', verdict.remaining);
  sink.header('ratelimit-reset', Math.ceil(verdict.resetMs / 1_000));
  sink.header('ratelimit-policy', describe(verdict.policy));
}

const described = new WeakMap<QuotaPolicy, string>();
const longestMonthSeconds = 31 * 86_400;

function describe(policy: QuotaPolicy): string {
  let text = described.get(policy);
  if (text === undefined) {
    const { pointsPerMinute, burst, monthlyPoints } = policy;
    text = `${pointsPerMinute};w=60;burst=${burst};policy=${quote(policy.name)}`;
    if (monthlyPoints !== null) text += `, ${monthlyPoints};w=${longestMonthSeconds}`;
    described.set(policy, text);
  }
  return text;
}

/** A string of RFC 8941. Policies are named by people, in any script. */
function quote(name: string): string {
  return `"${name.replace(/[^ -~]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
