import type { RedisPool } from '../redis-pool.ts';
import { type Facts, nothingSaid, type Replication, type Target, timed } from './target.ts';

/** Redis. Its pool is not closed with it, for others use it, too. */
export function redisTarget(url: string, pool: RedisPool): Target {
  const { hostname, port } = new URL(url);

  async function probe(): Promise<Facts> {
    return pool.use(async (redis) => {
      const responseTimeMs = await timed(() => redis.ping());
      const info = readInfo(await redis.info());
      const total = Number(info.connected_clients ?? 0);
      const waiting = Number(info.blocked_clients ?? 0);
      return {
        ...nothingSaid,
        responseTimeMs,
        version: info.redis_version ?? null,
        memoryBytes: BigInt(info.used_memory ?? 0),
        // Clients that wait for something to read are what idle ones are elsewhere; all others might be asking now.
        connections: { active: total - waiting, idle: waiting, total },
        replication: replicationOf(info),
        schemas: Object.keys(info).filter((name) => /^db\d+$/.test(name)),
      };
    });
  }

  return {
    ...{ name: 'redis', kind: 'REDIS', host: hostname, port: Number(port || 6379) },
    probe,
    poolStats: pool.stats,
    close: async () => undefined,
  };
}

/** @see https://redis.io/docs/latest/commands/info/ */
function readInfo(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name, value]));
}

function replicationOf(info: Record<string, string>): Replication {
  const replicas = Object.entries(info).flatMap(([name, value]) => {
    if (!/^slave\d+$/.test(name)) return [];
    const facts = Object.fromEntries(value.split(',').map((pair) => pair.split('=')));
    const lag = BigInt(info.master_repl_offset ?? 0) - BigInt(facts.offset ?? 0);
    return [{ name: `${facts.ip}:${facts.port}`, state: String(facts.state), lagBytes: lag }];
  });
  return { isReplica: info.role === 'slave', replicas };
}
