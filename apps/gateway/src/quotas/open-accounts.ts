import { createLocalQuotas, createResilientQuotas, type ResilientQuotas } from '@kronos/quotas';
import type { Logger } from '@kronos/service';
import type { Registry } from 'prom-client';
import type { GatewayEnvironment } from '../environment.ts';
import { type Accounts, type AccountsOptions, countAs, createAccounts } from './accounts.ts';
import { createQuotaMetrics, type QuotaMetrics } from './metrics.ts';

export interface OpenAccountsOptions {
  environment: Pick<
    GatewayEnvironment,
    'KRONOS_QUOTAS' | 'KRONOS_QUOTAS_TIMEOUT_MS' | 'KRONOS_EDGE_RULES_URL' | 'REDIS_URL'
  >;
  rules: AccountsOptions['rules'];
  logger: Logger;
  metrics: Registry;
}

/** How long the start of the gateway waits for Redis. */
const patienceMs = 1_000;

/** The accounts of requests; undefined when callers have no quotas. Resolves when Redis answers, or after a second. */
export async function openAccounts(options: OpenAccountsOptions): Promise<Accounts | undefined> {
  const { environment, rules, logger, metrics: registry } = options;
  const { KRONOS_QUOTAS: wanted, KRONOS_EDGE_RULES_URL: rulesUrl, REDIS_URL: redisUrl } = environment;
  if (!(wanted ?? (rulesUrl !== undefined && redisUrl !== undefined))) return undefined;
  if (!redisUrl) {
    const quotas = createLocalQuotas();
    return createAccounts({ quotas, rules, metrics: createQuotaMetrics(registry, () => true) });
  }
  // Loaded only when it is wanted: a gateway of a foreign graph carries no Redis client.
  const { createRedisQuotas } = await import('@kronos/quotas/redis');
  const shared = createRedisQuotas({
    redisUrl,
    timeoutMs: environment.KRONOS_QUOTAS_TIMEOUT_MS,
    countAs,
    onExchange: (milliseconds) => metrics.observe(milliseconds),
  });
  const quotas: ResilientQuotas = createResilientQuotas({ shared, local: createLocalQuotas(), logger });
  const metrics: QuotaMetrics = createQuotaMetrics(registry, () => quotas.isLocal);
  await quotas.whenShared(patienceMs);
  return createAccounts({ quotas, rules, metrics });
}
