import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GatewayContext } from '../context.ts';

/** A query or mutation that Apollo Server has parsed and found valid. */
export interface KnownOperation {
  /** The version of the graph in which it is valid. */
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  queryHash: string;
}

/** A known operation with what it is to be run with. */
export interface KnownRequest extends KnownOperation {
  request: { operationName?: string; variables?: Record<string, unknown> };
}

/** The operations that need neither parsing nor validation any more. */
export interface KnownOperations {
  /**
   * What a request asks for; undefined when Apollo Server has to look at it, be it that the operation is new or that
   * something about the request is out of the ordinary.
   *
   * @param body parsed
   */
  find(body: unknown): KnownRequest | undefined;
  /** Learns what passes Apollo Server's validation. */
  usePlugin(): ApolloServerPlugin<GatewayContext>;
}

/** Of documents, which with their syntax trees take some twenty times as much. */
const keptCharacters = 4 << 20;

/** @param currentSchema the version of the graph that is served; what is known of another one is not used */
export function createKnownOperations(currentSchema: () => GraphQLSchema | undefined): KnownOperations {
  /** By the source of a document, and by the name of the operation in it. */
  const documents = new LRUCache<string, Map<string | undefined, KnownOperation>>({
    maxSize: keptCharacters,
    maxEntrySize: keptCharacters / 16,
    sizeCalculation: (_operations, source) => source.length,
  });

  function learn(source: string, name: string | undefined, operation: KnownOperation): void {
    const known = documents.get(source);
    if (known) known.set(name, operation);
    else documents.set(source, new Map([[name, operation]]));
  }

  return {
    find(body) {
      if (!isRecord(body)) return undefined;
      const { operationName, variables } = body;
      if (!isAbsent(operationName) && (typeof operationName !== 'string' || operationName === ''))
        return undefined;
      if (!isAbsent(variables) && !isRecord(variables)) return undefined;
      const source = sourceOf(body);
      const known = source === undefined ? undefined : documents.get(source)?.get(operationName ?? undefined);
      if (!known || known.schema !== currentSchema()) return undefined;
      return {
        ...known,
        request: { operationName: operationName ?? undefined, variables: variables ?? undefined },
      };
    },
    usePlugin: () => ({
      async requestDidStart() {
        return {
          async didResolveOperation({ schema, document, operation, queryHash, request, source }) {
            if (!operation || operation.operation === OperationTypeNode.SUBSCRIPTION) return;
            const known = { schema, document, operation, queryHash };
            // By then Apollo Server has found that a hash is the document's.
            const isPersisted = request.extensions?.persistedQuery !== undefined;
            learn(
              isPersisted ? persistedSource(queryHash) : source,
              request.operationName ?? undefined,
              known,
            );
          },
        };
      },
    }),
  };
}

/** No document begins like this. */
function persistedSource(hash: string): string {
  return `\0${hash}`;
}

/** What names the document; undefined for anything but a text or a hash alone. */
function sourceOf({ query, extensions }: Record<string, unknown>): string | undefined {
  const persisted = isRecord(extensions) ? extensions.persistedQuery : undefined;
  if (!isAbsent(extensions) && !isRecord(extensions)) return undefined;
  if (persisted === undefined) return typeof query === 'string' ? query : undefined;
  const isHashAlone = query === undefined && isRecord(persisted) && persisted.version === 1;
  return isHashAlone ? persistedSource(String(persisted.sha256Hash)) : undefined;
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
