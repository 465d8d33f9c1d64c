import { subscription } from '@kronos/subgraph';
import type { SubscriptionCacheInvalidatedArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { asking } from './redis-away.ts';

/** What is worth nothing any more, as it becomes so. */
export const cacheInvalidated = subscription(
  {
    domain: 'cache',
    names: ['cacheInvalidated'],
    visible: ({ payload }, { namespace }: Partial<SubscriptionCacheInvalidatedArgs>) =>
      namespace == null || payload.namespace === null || payload.namespace === namespace,
    async resolve({ payload }, _args, { namespaces }: Context) {
      const { namespace, tags, keys, cause } = payload;
      const cacheNamespace = namespace === null ? null : (await asking(namespaces())).get(namespace);
      return { cacheNamespace: cacheNamespace ?? null, tags, keys, cause };
    },
  },
  ({ log }) => log,
);
