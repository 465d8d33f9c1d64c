import { type Cache, type CacheOptions, CacheUnavailableError, type NamespaceOptions } from './cache.ts';
import { createGuard } from './guard.ts';
import { entriesOf, remove, statistics } from './inspection.ts';
import { maxKeyLength } from './limits.ts';
import { createNamespace, isTag } from './namespace.ts';
import { createRegistry, registered } from './registry.ts';
import { createStore, membersOf } from './store.ts';

/** A cache in Redis; see the interface. It needs no Redis to begin with, and uses it when it comes. */
export function createCache({ redis, logger, timeoutMs = 250, remembered }: CacheOptions): Cache {
  const store = createStore(redis, timeoutMs, remembered);
  const guard = createGuard(store, logger);
  const running = new Set<Promise<unknown>>();
  const registry = createRegistry(redis);

  return {
    namespace(name, options) {
      if (!/^[a-z][a-z0-9-]{0,49}$/.test(name))
        throw new RangeError('A namespace has up to 50 of a–z, 0–9 and hyphens, and begins with a letter.');
      registry.add(name, options as NamespaceOptions<never>);
      return createNamespace(name, options, { store, guard, logger, running });
    },
    async invalidate(what) {
      const bad =
        what.tags?.find((tag) => !isTag(tag)) ?? what.keys?.find(({ key }) => key.length > maxKeyLength);
      if (bad !== undefined) throw new RangeError('A tag or key is empty, too long, or has line breaks.');
      const members = [...new Set(membersOf(what))];
      if (members.length > 0) await guard.invalidate(members);
    },
    setPolicy: (namespace, policy) => available(store.setPolicy(namespace, policy)),
    namespaces: () => available(registered(redis)),
    statistics: (namespace) => available(statistics(store, namespace)),
    entries: (namespace, page) => available(entriesOf(store, namespace, page)),
    async flush(namespace) {
      await guard.invalidate(membersOf({ namespaces: [namespace] }));
      return available(remove(store, namespace));
    },
    async close() {
      registry.close();
      await Promise.all(running);
    },
  };
}

/** For operators, who want to know when there is no answer. */
async function available<Value>(step: Promise<Value>): Promise<Value> {
  try {
    return await step;
  } catch (error) {
    throw new CacheUnavailableError('Redis does not answer.', { cause: error });
  }
}
