import { UserFault, userFaults } from '@kronos/subgraph';
import type { CacheNamespaceResolvers, QueryResolvers } from './__generated__/types.ts';
import type { Context, Namespace } from './context.ts';
import { asking } from './redis-away.ts';

/** All namespaces, in alphabetical order. */
export const cacheNamespaces: QueryResolvers['cacheNamespaces'] = async (_parent, _args, { namespaces }) => [
  ...(await asking(namespaces())).values(),
];

/** One namespace. */
export const cacheNamespace: QueryResolvers['cacheNamespace'] = async (_parent, { name }, { namespaces }) =>
  (await asking(namespaces())).get(name) ?? null;

export const CacheNamespace: CacheNamespaceResolvers = {
  __resolveReference: async ({ name }, { namespaces }) => (await asking(namespaces())).get(name) ?? null,
  tags: ({ tags }) => [...tags],
  stats: async ({ name }, _args, { cache }) => {
    const { hits, stale, misses, stores, refusals, expired, keys, bytes } = await asking(
      cache.statistics(name),
    );
    const found = hits + stale;
    return {
      hits: BigInt(hits),
      staleHits: BigInt(stale),
      misses: BigInt(misses),
      hitRatio: found === 0 ? 0 : found / (found + misses),
      stores: BigInt(stores),
      refusals: BigInt(refusals),
      expirations: BigInt(expired),
      keys,
      memoryBytes: BigInt(bytes),
    };
  },
};

/**
 * The namespace that a mutation names.
 *
 * @throws UserFaults NOT_FOUND
 */
export async function existing({ namespaces }: Context, name: string, field: string[]): Promise<Namespace> {
  const namespace = (await asking(namespaces())).get(name);
  if (namespace) return namespace;
  return userFaults(new UserFault({ code: 'NOT_FOUND', message: 'There is no such namespace.', field }));
}
