import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { formatError } from '../errors/format-error.ts';
import { snakeCase } from './spelling.ts';

/** An error as REST clients get it, under the key `error`. */
export interface RestError {
  code: string;
  message: string;
  /** What a program needs to react, with keys in snake case; empty when there is nothing. */
  details: Record<string, unknown>;
  timestamp: string;
  request_id: string;
}

/** What an answer to a REST client is made of. */
export interface RestAnswer {
  status: number;
  headers: Record<string, string>;
  /** Undefined for an answer without one. */
  body: unknown;
}

/** An error that a route itself has found; any other is the graph's. */
export function restError(
  status: number,
  requestId: string,
  { code, message, details = {} }: { code: string; message: string; details?: Record<string, unknown> },
): RestAnswer {
  const error: RestError = {
    code,
    message,
    details: inSnakeCase(details),
    timestamp: new Date().toISOString(),
    request_id: requestId,
  };
  return { status, headers: {}, body: { error } };
}

/** An error of the graph, formatted as GraphQL's clients would get it. */
export function restErrorOf(
  status: number,
  requestId: string,
  { message, extensions = {} }: GraphQLFormattedError,
): RestAnswer {
  const { code, details, retryAfter } = extensions;
  const answer = restError(status, requestId, {
    code: String(code),
    message,
    details: {
      ...(typeof details === 'object' && details),
      ...(typeof retryAfter === 'number' && { retryAfter }),
    },
  });
  if (typeof retryAfter === 'number') answer.headers['retry-after'] = String(retryAfter);
  if (status === 401) answer.headers['www-authenticate'] = 'Bearer';
  return answer;
}

/** The same for whatever was thrown: what has no code is masked, and logged with the request id. */
export function formatThrown(error: unknown): GraphQLFormattedError {
  const graphqlError =
    error instanceof GraphQLError ? error : new GraphQLError('failed', { originalError: error as Error });
  return formatError(graphqlError.toJSON(), graphqlError);
}

function inSnakeCase(details: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).map(([key, value]) => [snakeCase(key), value]));
}
