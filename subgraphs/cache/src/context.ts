import type { Cache, CacheRedis, RegisteredNamespace } from '@kronos/cache';
import type { EventLog } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-cache';
import type { RequestContext } from '@kronos/subgraph';
import type { Policies } from './policies.ts';

/** What the process has once, for all requests. */
export interface Dependencies {
  db: PrismaClient;
  log: EventLog;
  redis: CacheRedis;
  cache: Cache;
  policies: Policies;
  gatewayUrl: string;
}

/** The context of one request, or of one event of a subscription: what a resolver gets. */
export function createContext(dependencies: Dependencies, request: RequestContext) {
  let namespaces: Promise<Namespaces> | undefined;
  return {
    ...request,
    ...dependencies,
    /** All namespaces with their policies, asked once. */
    namespaces: () => {
      namespaces ??= loadNamespaces(dependencies);
      return namespaces;
    },
    /** To be asked anew: something has changed. */
    forgetNamespaces: () => {
      namespaces = undefined;
    },
  };
}

export type Context = ReturnType<typeof createContext>;

/** A namespace as it is. */
export interface Namespace extends RegisteredNamespace {
  isPolicySet: boolean;
}

type Namespaces = ReadonlyMap<string, Namespace>;

async function loadNamespaces({ db, cache }: Dependencies): Promise<Namespaces> {
  const [registered, policies] = await Promise.all([cache.namespaces(), db.cachePolicy.findMany()]);
  const policyOf = new Map(policies.map((policy) => [policy.name, policy]));
  return new Map(
    registered.map((namespace) => {
      const policy = policyOf.get(namespace.name);
      return [namespace.name, { ...namespace, ...policy, isPolicySet: policy !== undefined }];
    }),
  );
}
