export { afterGivingBack } from './bucket.ts';
export { createLocalQuotas, type LocalQuotasOptions } from './local-quotas.ts';
export { type QuotaPolicy, type Quotas, QuotasUnavailableError, type Verdict } from './quotas.ts';
export {
  createResilientQuotas,
  type ResilientQuotas,
  type ResilientQuotasOptions,
} from './resilient-quotas.ts';
export { createUsageReader, type HourOfUsage, type MonthOfUsage, type UsageReader } from './usage.ts';
