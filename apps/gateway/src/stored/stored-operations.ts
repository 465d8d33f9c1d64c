import type { ApolloServerOptions, ApolloServerPlugin } from '@apollo/server';
import type { Logger } from '@kronos/service';
import type { Redis } from 'ioredis';
import type { GatewayContext } from '../context.ts';
import type { GraphqlServer } from '../graphql-server.ts';
import type { HeldRules } from '../rules/hold-rules.ts';
import { createDocumentStore } from './document-store.ts';
import { holdToSafelist } from './hold-to-safelist.ts';
import { createPersistedQueries } from './persisted-queries.ts';
import { createSafelist, type Safelist } from './safelist.ts';
import { createUses, type Uses } from './uses.ts';

export interface StoredOperationsOptions {
  environment: {
    KRONOS_APQ_TTL_SECONDS: number;
    KRONOS_APQ_MAX_BYTES: number;
    KRONOS_STORED_OPERATIONS_ONLY: boolean;
  };
  rules: HeldRules;
  /** Undefined without Redis: nothing is then shared among processes, and no uses are counted. */
  redis: Redis | undefined;
  logger: Logger;
}

/** Documents that callers name instead of sending them, and who may send no others. */
export interface StoredOperations {
  safelist: Safelist;
  uses: Pick<Uses, 'count'>;
  /** For Apollo Server: where it finds documents by their hash. */
  persistedQueries: NonNullable<ApolloServerOptions<GatewayContext>['persistedQueries']>;
  /** Keeps from a server what a caller may not send. */
  guard(server: GraphqlServer): GraphqlServer;
  /** Counts uses; and refuses once more, by what Apollo Server itself has read. */
  usePlugin(): ApolloServerPlugin<GatewayContext>;
  close(): Promise<void>;
}

export function createStoredOperations(options: StoredOperationsOptions): StoredOperations {
  const { environment, rules, redis, logger } = options;
  const safelist = createSafelist(rules, environment.KRONOS_STORED_OPERATIONS_ONLY);
  const uses = createUses(rules, redis, logger);
  const limits = {
    ttlSeconds: environment.KRONOS_APQ_TTL_SECONDS,
    maxBytes: environment.KRONOS_APQ_MAX_BYTES,
  };
  const store = redis && createDocumentStore(redis, limits);

  return {
    safelist,
    uses,
    persistedQueries: { cache: createPersistedQueries({ rules, store, logger }) },
    guard: (server) => holdToSafelist(server, safelist),
    usePlugin: () => ({
      async requestDidStart() {
        return {
          async didResolveOperation({ contextValue, queryHash }) {
            const refused = safelist.refusal(contextValue, queryHash);
            if (refused) throw refused;
            uses.count(queryHash);
          },
        };
      },
    }),
    close: () => uses.close(),
  };
}
