import type { Cluster, Redis } from 'ioredis';
import type { NamespaceOptions } from './cache.ts';
import { registryKey } from './keys.ts';

/** A namespace, as the code that uses it says. */
export interface RegisteredNamespace {
  name: string;
  description: string;
  ttlSeconds: number;
  staleWhileRevalidateSeconds: number;
  /** What the tags of its entries are. */
  tags: readonly string[];
}

/** Tells everybody which namespaces this process has. */
export interface Registry {
  add(name: string, options: NamespaceOptions<never>): void;
  close(): void;
}

/** Namespaces are told now, and again whenever there is a connection: Redis may have lost them. */
export function createRegistry(redis: Redis | Cluster): Registry {
  const own = new Map<string, string>();
  function tell(): void {
    if (redis.status !== 'ready' || own.size === 0) return;
    redis.hset(registryKey, own).catch(() => undefined);
  }
  redis.on('ready', tell);
  return {
    add(name, options) {
      const { description = '', ttlSeconds, staleWhileRevalidateSeconds = 0, tags = [] } = options;
      own.set(name, JSON.stringify({ description, ttlSeconds, staleWhileRevalidateSeconds, tags }));
      tell();
    },
    close: () => redis.off('ready', tell),
  };
}

/** Every namespace that was ever named, in alphabetical order. */
export async function registered(redis: Redis | Cluster): Promise<RegisteredNamespace[]> {
  const all = Object.entries(await redis.hgetall(registryKey));
  return all
    .map(([name, known]): RegisteredNamespace => ({ name, ...JSON.parse(known) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
