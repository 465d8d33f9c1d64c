import type { GraphQLError } from 'graphql';
import { codedError } from '../coded-error.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Seconds after which a client may try again when a subgraph did not say so itself. */
const defaultRetryAfter = 2;

const timeouts = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
const lostConnections = new Set([
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** The time that one exchange with a subgraph may take has run out. */
export class ExchangeTimeout extends Error {
  override readonly name = 'ExchangeTimeout';
}

/** The client has gone away: nobody waits for the answer any more. */
export class ClientLeft extends Error {
  override readonly name = 'ClientLeft';
}

/** A subgraph's answer is larger than the engine is willing to hold. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`more than ${limitBytes} bytes`);
    this.limitBytes = limitBytes;
  }
}

/** Whether a subgraph could not be spoken to, or did not answer in time. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ExchangeTimeout || timeouts.has(codeOf(error)) || isLostConnection(error);
}

/** Whether there is no connection, or there is none any more, so that a read may be sent once more on a fresh one. */
export function isLostConnection(error: unknown): boolean {
  return lostConnections.has(codeOf(error));
}

/** What a client is told when a request was not sent, to spare the subgraph. */
export function refusedExchange(
  subgraph: string,
  reason: 'circuit open' | 'queue full',
  retryAfter: number,
): GraphQLError {
  return unavailable(subgraph, { details: { subgraph, reason }, retryAfter });
}

/** What a client is told when the exchange with a subgraph failed below HTTP. */
export function failedExchange(subgraph: string, error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  if (error instanceof AnswerTooLarge) {
    return codedError(`The answer of subgraph ${subgraph} is larger than ${error.limitBytes} bytes.`, {
      code: 'SUBGRAPH_RESPONSE_TOO_LARGE',
      details: { subgraph, limit: error.limitBytes },
      originalError,
    });
  }
  if (error instanceof ExchangeTimeout || timeouts.has(codeOf(error))) {
    return codedError(`Subgraph ${subgraph} did not answer in time.`, {
      code: 'GATEWAY_TIMEOUT',
      details: { subgraph },
      retryAfter: defaultRetryAfter,
      originalError,
    });
  }
  if (error instanceof ClientLeft) {
    return codedError('The client has gone away.', { code: 'CLIENT_CLOSED_REQUEST', originalError });
  }
  return unavailable(subgraph, { originalError });
}

/** What a client is told when a subgraph answered with an HTTP status and nothing that GraphQL can use. */
export function failedAnswer(subgraph: string, status: number, retryAfterHeader?: string): GraphQLError {
  const details = { subgraph, status };
  if (status === 401) {
    return codedError(`Subgraph ${subgraph} does not know the caller.`, { code: 'UNAUTHENTICATED', details });
  }
  if (status === 403) {
    return codedError(`Subgraph ${subgraph} refuses the caller.`, { code: 'FORBIDDEN', details });
  }
  const retryAfter = parseRetryAfter(retryAfterHeader) || defaultRetryAfter;
  if (status === 429) {
    return codedError(`Subgraph ${subgraph} has too much to do.`, {
      code: 'RATE_LIMITED',
      details,
      retryAfter,
    });
  }
  if (status === 504) {
    return codedError(`Subgraph ${subgraph} did not answer in time.`, {
      code: 'GATEWAY_TIMEOUT',
      details,
      retryAfter,
    });
  }
  if (status >= 500) return unavailable(subgraph, { details, retryAfter });
  return invalidAnswer(subgraph, status);
}

/** What a client is told when a subgraph answered with something that is not GraphQL. */
export function invalidAnswer(subgraph: string, status: number): GraphQLError {
  return codedError(`Subgraph ${subgraph} gave an answer that is not GraphQL.`, {
    code: 'SUBGRAPH_RESPONSE_INVALID',
    details: { subgraph, status },
  });
}

function unavailable(
  subgraph: string,
  options: { details?: Record<string, unknown>; retryAfter?: number; originalError?: Error },
): GraphQLError {
  return codedError(`Subgraph ${subgraph} cannot be reached at the moment.`, {
    code: 'SERVICE_UNAVAILABLE',
    details: { subgraph },
    retryAfter: defaultRetryAfter,
    ...options,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
