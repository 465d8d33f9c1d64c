import { codedError } from '@kronos/engine';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';

/** What an operation can have too much of. */
export interface ExceededLimit {
  limit: string;
  value: number;
  maximum: number;
}

/** What is counted, after its number. */
const words: Record<string, string> = {
  depth: 'levels deep',
  aliases: 'aliases',
  rootFields: 'root fields',
  directives: 'directives',
  deferred: 'deferred fragments',
  listInput: 'items in a list that it sends',
  inputDepth: 'levels of lists and objects in its variables',
  nesting: 'brackets in each other',
  comparisons: 'selections, and pairs of them that must agree',
  cost: 'points of cost',
};

/** The limit that an error is about, as a client gets it; undefined for other errors. */
export function limitOf({ extensions }: Pick<GraphQLFormattedError, 'extensions'>): string | undefined {
  const { code, details } = (extensions ?? {}) as { code?: unknown; details?: { limit?: unknown } };
  const isAboutLimit = code === 'OPERATION_LIMIT_EXCEEDED' || code === 'PAYLOAD_TOO_LARGE';
  return isAboutLimit && typeof details?.limit === 'string' ? details.limit : undefined;
}

/** Says what an operation has too much of. */
export function describeLimit({ limit, value, maximum }: ExceededLimit): string {
  return `The operation is too large: ${value} ${words[limit] ?? limit}, where ${maximum} are allowed.`;
}

/** The error of an operation, or of a request, that is too large. @param status of the HTTP answer */
export function limitExceeded(
  exceeded: ExceededLimit,
  message = describeLimit(exceeded),
  status = 400,
): GraphQLError {
  const error = codedError(message, { code: 'OPERATION_LIMIT_EXCEEDED', details: { ...exceeded } });
  error.extensions.http = { status };
  return error;
}
