import type { GraphQLDataSource } from '@apollo/gateway';
import type { GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import { GraphQLError } from 'graphql';
import type { HttpAnswer } from './collect-answer.ts';
import type { Exchange } from './exchange.ts';
import type { Headers } from './http-client.ts';
import { failedAnswer, invalidAnswer } from './subgraph-failure.ts';

/** The headers that go to a subgraph beside the body's own. */
export type SubgraphHeaders = (
  context: Record<string, unknown>,
  subgraph: string,
) => Headers | Promise<Headers>;

export interface SubgraphSourceOptions {
  name: string;
  headers: SubgraphHeaders;
  exchange: Exchange;
}

type ProcessOptions = Parameters<GraphQLDataSource['process']>[0];

/** One subgraph as ApolloGateway wants it, over the pooled client; every failure is a coded error naming the subgraph. */
export function createSubgraphSource(options: SubgraphSourceOptions): GraphQLDataSource {
  const { name, exchange } = options;

  async function process(operation: ProcessOptions): Promise<GatewayGraphQLResponse> {
    const { query, variables, operationName } = operation.request;
    const headers = {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...(await options.headers(operation.context, name)),
    };
    const body = JSON.stringify({ query, variables, operationName });
    const answer = await exchange(operation.context, headers, body, !query?.startsWith('mutation'));
    return readAnswer(name, answer);
  }

  return {
    async process(operation) {
      try {
        return await process(operation);
      } catch (error) {
        throw error instanceof GraphQLError ? locate(error, operation) : error;
      }
    },
  };
}

/**
 * Reads a subgraph's answer as a GraphQL result.
 *
 * @throws a coded error when it is none, or when the HTTP status says more than the errors in it
 */
function readAnswer(name: string, answer: HttpAnswer): GatewayGraphQLResponse {
  const { status } = answer;
  const result = parseResult(answer.text);
  const isSuccess = status >= 200 && status < 300;
  if (result && (isSuccess || hasCodedErrors(result))) return result;
  const retryAfter = answer.headers['retry-after'];
  if (!isSuccess) throw failedAnswer(name, status, typeof retryAfter === 'string' ? retryAfter : undefined);
  throw invalidAnswer(name, status);
}

function parseResult(text: string): GatewayGraphQLResponse | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isResult = typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
    return isResult ? (value as GatewayGraphQLResponse) : undefined;
  } catch {
    return undefined;
  }
}

function hasCodedErrors(result: GatewayGraphQLResponse): boolean {
  if (!Array.isArray(result.errors)) return false;
  return result.errors.some((error) => {
    const code = error.extensions?.code;
    return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR';
  });
}

/** Says where in the client's answer the failed fetch would have gone, as far as no list lies before. */
function locate(error: GraphQLError, operation: ProcessOptions): GraphQLError {
  const path = 'pathInIncomingRequest' in operation ? (operation.pathInIncomingRequest ?? []) : [];
  const list = path.findIndex((step) => typeof step !== 'string' || step.startsWith('@'));
  const known = (list < 0 ? path : path.slice(0, list)).filter((step) => typeof step === 'string');
  if (error.path || known.length === 0) return error;
  const { message, extensions, originalError } = error;
  return new GraphQLError(message, { path: known, extensions, originalError });
}
