import { connection, decodeId, encodeId, toWhere, tryDecodeId } from '@kronos/subgraph';
import type {
  CacheNamespaceOrderField,
  CacheNamespaceResolvers,
  QueryResolvers,
} from './__generated__/types.ts';

/** One cache namespace. */
export const cacheNamespace: QueryResolvers['cacheNamespace'] = (_parent, { id }, { loaders }) =>
  loaders.cacheNamespace.load(decodeId('cache_namespace', id));

/** Cache namespaces in pages. */
export const cacheNamespaces: QueryResolvers['cacheNamespaces'] = (
  _parent,
  { filter, orderBy, ...args },
  { db },
) =>
  connection({
    delegate: db.cacheNamespace,
    args,
    where: toWhere(filter, { name: 'name', createdAt: 'createdAt' }),
    orderBy: orderBy?.map(({ field, direction }) => ({
      field: columns[field],
      direction: direction ?? 'ASC',
    })) ?? [{ field: 'createdAt', direction: 'DESC' }],
  });

export const CacheNamespace: CacheNamespaceResolvers = {
  __resolveReference: ({ id }, { loaders }) => {
    const cacheNamespaceId = tryDecodeId('cache_namespace', id);
    return cacheNamespaceId ? loaders.cacheNamespace.load(cacheNamespaceId) : null;
  },
  id: ({ id }) => encodeId('cache_namespace', id),
};

const columns: Record<CacheNamespaceOrderField, string> = { CREATED_AT: 'createdAt', NAME: 'name' };
