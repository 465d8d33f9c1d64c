import type { ApolloServerPlugin } from '@apollo/server';
import { codedError } from '@kronos/engine';
import type { FastifyRequest } from 'fastify';
import { getOperationAST, OperationTypeNode, parse } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { searchWithPersistedQuery } from '../stored/document-id.ts';

/**
 * Reads the operation of a GET, which is all that a browser's EventSource can send, as the body that a POST would have.
 * GET carries no header that other sites could not send too, so only pages of our own origin may use it, and never for
 * a mutation.
 *
 * @throws a coded error BAD_REQUEST
 */
export function readGetOperation(request: FastifyRequest, maxTokens: number): Record<string, unknown> {
  const { search } = new URL(request.url, 'http://localhost');
  const query = new URLSearchParams(searchWithPersistedQuery(search));
  const source = query.get('query');
  const operationName = query.get('operationName') || undefined;
  if (!isOfOwnOrigin(request)) {
    throw refused(
      'A stream by GET is only for pages of this origin: send POST, or the header apollo-require-preflight.',
    );
  }
  if (source && operationKind(source, operationName, maxTokens) === 'mutation') {
    throw mutationByGet();
  }
  const variables = readJson(query.get('variables'), 'variables');
  const extensions = readJson(query.get('extensions'), 'extensions');
  // Apollo Server takes a key without a value for a wrong value.
  return {
    ...(source && { query: source }),
    ...(operationName && { operationName }),
    ...(variables !== undefined && { variables }),
    ...(extensions !== undefined && { extensions }),
  };
}

/** Refuses a mutation that a GET has named by its hash: what it is, only Apollo Server finds out. */
export function useGetOperations(): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, contextValue }) {
          if (contextValue.isGet && operation?.operation === OperationTypeNode.MUTATION)
            throw mutationByGet();
        },
      };
    },
  };
}

function mutationByGet() {
  return refused('GET never carries a mutation.', 405);
}

function isOfOwnOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return Boolean(request.headers['apollo-require-preflight']);
}

function operationKind(source: string, operationName: string | undefined, maxTokens: number) {
  try {
    return getOperationAST(parse(source, { maxTokens, noLocation: true }), operationName)?.operation;
  } catch {
    // Apollo Server says what is wrong with it.
    return undefined;
  }
}

function readJson(text: string | null, name: string): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw refused(`The ${name} parameter is not JSON.`);
  }
}

function refused(message: string, status = 400) {
  const error = codedError(message, { code: 'BAD_REQUEST' });
  error.extensions.http = { status };
  return error;
}
