import type { CacheRedis } from '@kronos/cache';
import type { QueryResolvers } from './__generated__/types.ts';

/** A node that has not answered by then counts as one that does not. */
const patienceMs = 1_000;

/** How the Redis of the cache is, asked now. */
export const cacheStatus: QueryResolvers['cacheStatus'] = async (_parent, _args, { redis }) => {
  const nodes = 'nodes' in redis ? redis.nodes('master') : [redis];
  const found = await Promise.all(nodes.map((node) => look(node)));
  const up = found.filter((node) => node !== null);
  const sum = (field: 'memory' | 'maxMemory' | 'evictions' | 'clients') =>
    up.reduce((total, node) => total + node[field], 0);
  const status = up.length === 0 ? 'DOWN' : up.length < found.length ? 'DEGRADED' : 'UP';
  return {
    status,
    responseTimeMs: Math.max(0, ...up.map(({ responseTimeMs }) => responseTimeMs)),
    memoryBytes: BigInt(sum('memory')),
    maxMemoryBytes: sum('maxMemory') === 0 ? null : BigInt(sum('maxMemory')),
    evictions: BigInt(sum('evictions')),
    connectedClients: sum('clients'),
    nodes: Math.max(1, nodes.length),
  };
};

async function look(node: Pick<CacheRedis, 'info'>) {
  const before = performance.now();
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(late.resolve, patienceMs, null);
  try {
    const answer = await Promise.race([
      Promise.all([node.info('memory'), node.info('stats'), node.info('clients')]),
      late.promise,
    ]);
    if (!answer) return null;
    const info = answer.join('\n');
    const read = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
    return {
      responseTimeMs: performance.now() - before,
      memory: read('used_memory'),
      maxMemory: read('maxmemory'),
      evictions: read('evicted_keys'),
      clients: read('connected_clients'),
    };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
