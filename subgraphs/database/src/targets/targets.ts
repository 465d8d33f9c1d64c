import type { Databases } from '../databases.ts';
import type { Settings } from '../environment.ts';
import type { RedisPool } from '../redis-pool.ts';
import { cosmosTarget } from './cosmos-target.ts';
import { postgresTarget } from './postgres-target.ts';
import { redisTarget } from './redis-target.ts';
import type { Target, TargetKind } from './target.ts';
import { vectorTarget } from './vector-target.ts';

/** All databases that are looked after: those that are off, too. */
export function openTargets(settings: Settings, databases: Databases, redis: RedisPool): Target[] {
  const { REDIS_URL: redisUrl, COSMOS_CONNECTION_STRING: cosmos, VECTOR_DB_URL: vectors } = settings;
  return [
    ...databases.all.map(postgresTarget),
    redisTarget(redisUrl, redis),
    cosmos ? cosmosTarget(cosmos) : disabledTarget('cosmosdb', 'COSMOSDB', 'COSMOS_CONNECTION_STRING'),
    vectors ? vectorTarget(vectors) : disabledTarget('vector', 'VECTOR', 'VECTOR_DB_URL'),
  ];
}

/** A database that is off. @param variable turns it on */
export function disabledTarget(name: string, kind: TargetKind, variable: string): Target {
  return {
    ...{ name, kind, host: null, port: null, disabledBy: variable },
    probe: () => Promise.reject(new Error(`${variable} is not set.`)),
    poolStats: () => null,
    close: async () => undefined,
  };
}
