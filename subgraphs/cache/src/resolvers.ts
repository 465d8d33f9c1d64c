import type { Resolvers } from './__generated__/types.ts';
import { cacheNamespaceCreate } from './cache-namespace.create.ts';
import { cacheNamespaceCreated } from './cache-namespace.created.ts';
import { CacheNamespace, cacheNamespace, cacheNamespaces } from './cache-namespace.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: { cacheNamespace, cacheNamespaces },
  Mutation: { cacheNamespaceCreate },
  Subscription: { cacheNamespaceCreated },
  CacheNamespace,
};
