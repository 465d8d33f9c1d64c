import type { Logger } from '@kronos/service';
import pg from 'pg';
import { domainDatabases } from './domain-databases.ts';
import type { Settings } from './environment.ts';

/** A domain's database as this process reaches it. */
export interface OpenDatabase {
  domain: string;
  /** As the operator where there is one, else as the domain's own role. */
  url: string;
  /** As the domain's own role. */
  ownUrl: string;
  isOperator: boolean;
  /** Opened at its first use. Whoever takes a client gives it back, and destroys it when its session was changed. */
  readonly pool: pg.Pool;
  /** What the pool is doing; opens nothing. */
  poolStats(): PoolStats;
}

/** The connections of a pool, in numbers. */
export interface PoolStats {
  active: number;
  idle: number;
  /** Who waits for a connection. */
  waiting: number;
  total: number;
  min: number;
  max: number;
}

/** The databases of all domains that the environment names. */
export interface Databases {
  readonly all: readonly OpenDatabase[];
  /** Undefined for a domain of which the environment says nothing. */
  get(domain: string): OpenDatabase | undefined;
  /** Waits for what is running on the connections, then closes them. */
  close(): Promise<void>;
}

type PoolSettings = Pick<Settings, 'DB_POOL_MIN' | 'DB_POOL_MAX' | 'DB_POOL_IDLE_TIMEOUT'>;

/** How long somebody waits for a connection, at most, in milliseconds. */
const patienceMs = 10_000;

/** Opens nothing yet: each domain's pool is opened at its first use. */
export function openDatabases(
  environment: NodeJS.ProcessEnv,
  settings: PoolSettings,
  logger: Logger,
): Databases {
  const pools: pg.Pool[] = [];
  const max = settings.DB_POOL_MAX;
  const min = Math.min(settings.DB_POOL_MIN, max);

  function openPool(domain: string, url: string): pg.Pool {
    const pool = new pg.Pool({
      connectionString: url,
      application_name: 'kronos-database',
      ...{ min, max, idleTimeoutMillis: settings.DB_POOL_IDLE_TIMEOUT },
      connectionTimeoutMillis: patienceMs,
      keepAlive: true,
    });
    // An idle connection has ended; the next one is opened when it is needed.
    pool.on('error', (err) => logger.debug({ err, domain }, 'an idle connection has ended'));
    // One that is in use and ends says so, too; whoever uses it learns of it by their query.
    pool.on('connect', (client) => client.on('error', () => undefined));
    pools.push(pool);
    return pool;
  }

  const all = domainDatabases(environment).map(({ domain, url, operatorUrl }): OpenDatabase => {
    let pool: pg.Pool | undefined;
    const used = operatorUrl ?? url;
    return {
      ...{ domain, url: used, ownUrl: url, isOperator: operatorUrl !== undefined },
      get pool() {
        pool ??= openPool(domain, used);
        return pool;
      },
      poolStats: () => ({ ...countsOf(pool), min, max }),
    };
  });
  const byDomain = new Map(all.map((database) => [database.domain, database]));

  return {
    all,
    get: (domain) => byDomain.get(domain),
    close: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

function countsOf(pool: pg.Pool | undefined) {
  const { totalCount: total = 0, idleCount: idle = 0, waitingCount: waiting = 0 } = pool ?? {};
  return { active: total - idle, idle, waiting, total };
}
