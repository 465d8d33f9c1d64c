import { notFound, subscription } from '@kronos/subgraph';
import type { Context } from './context.ts';

/** New cache namespaces, as they come. */
export const cacheNamespaceCreated = subscription(
  {
    domain: 'cache',
    names: ['cacheNamespaceCreated'],
    resolve: async ({ payload }, _args: object, { loaders }: Context) => {
      const cacheNamespace = await loaders.cacheNamespace.load(payload.cacheNamespaceId);
      if (!cacheNamespace) throw notFound('There is no cache namespace of this id any more.');
      return { cacheNamespace };
    },
  },
  ({ log }) => log,
);
