import type { ApolloServerPlugin } from '@apollo/server';
import { Kind, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** As a word of its own anywhere in a document: without it, no operation of the document is anything but a query. */
const otherOperation = /\b(?:mutation|subscription)\b/;
const keptHashes = 10_000;

/** Tells queries from what may not be shared. */
export interface Queries {
  /**
   * Whether a request can be nothing but a query. What is not sure is none, such as a document that has a mutation beside
   * the query that is meant.
   *
   * @param body parsed
   */
  isQuery(method: string, body: unknown): boolean;
  /** Learns which persisted documents hold queries alone: a request that gives a hash does not say. */
  usePlugin(): ApolloServerPlugin;
}

export function createQueries(): Queries {
  const hashes = new LRUCache<string, true>({ max: keptHashes });

  return {
    isQuery(method, body) {
      // Apollo Server refuses mutations by GET.
      if (method === 'GET') return true;
      if (method !== 'POST' || !isRecord(body)) return false;
      if (typeof body.query === 'string') return !otherOperation.test(body.query);
      const hash = hashOf(body.extensions);
      return hash !== undefined && hashes.has(hash);
    },
    usePlugin: () => ({
      async requestDidStart() {
        return {
          async didResolveOperation({ request, document, queryHash }) {
            // By then Apollo Server has found that the hash is the document's.
            if (hashOf(request.extensions) !== queryHash || hashes.has(queryHash)) return;
            const holdsQueriesOnly = document.definitions.every(
              (node) => node.kind !== Kind.OPERATION_DEFINITION || node.operation === OperationTypeNode.QUERY,
            );
            if (holdsQueriesOnly) hashes.set(queryHash, true);
          },
        };
      },
    }),
  };
}

function hashOf(extensions: unknown): string | undefined {
  const persisted = isRecord(extensions) ? extensions.persistedQuery : undefined;
  const hash = isRecord(persisted) ? persisted.sha256Hash : undefined;
  return typeof hash === 'string' ? hash : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
