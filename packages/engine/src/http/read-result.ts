import type { GraphQLFormattedError } from 'graphql';
import { failedAnswer, invalidAnswer } from './subgraph-failure.ts';
import type { HttpAnswer } from './wire.ts';

/** A subgraph's answer in the shape of a GraphQL result; what is inside `data` is the subgraph's word. */
export interface SubgraphResult {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
  /** Whether nothing in its text was escaped: then every string is the same in JSON but for its quotation marks. */
  isPlain?: boolean;
}

/**
 * Reads a subgraph's answer as a GraphQL result.
 *
 * @throws a coded error when it is none, or when the HTTP status says more than the errors in it
 */
export function readResult(subgraph: string, answer: HttpAnswer): SubgraphResult {
  const { status } = answer;
  const result = parseResult(answer.text);
  const isSuccess = status >= 200 && status < 300;
  if (result && (isSuccess || hasCodedErrors(result))) return result;
  const retryAfter = answer.headers['retry-after'];
  if (!isSuccess)
    throw failedAnswer(subgraph, status, typeof retryAfter === 'string' ? retryAfter : undefined);
  throw invalidAnswer(subgraph, status);
}

function parseResult(text: string): SubgraphResult | undefined {
  try {
    const result = toResult(JSON.parse(text));
    if (result) result.isPlain = !text.includes('\\');
    return result;
  } catch {
    return undefined;
  }
}

/** A value of JSON as a result; undefined for anything that is none, e.g. neither data nor errors. */
export function toResult(value: unknown): SubgraphResult | undefined {
  if (!isRecord(value)) return undefined;
  const { data, errors } = value;
  const hasErrors = Array.isArray(errors) && errors.length > 0;
  if (data === undefined || data === null) return hasErrors ? { errors: errors.map(toError) } : undefined;
  if (!isRecord(data)) return undefined;
  return hasErrors ? { data, errors: errors.map(toError) } : { data };
}

/** Foreign subgraphs may leave out what the specification asks for. */
function toError(value: unknown): GraphQLFormattedError {
  const { message, path, extensions } = isRecord(value) ? value : {};
  return {
    message: typeof message === 'string' ? message : '',
    ...(Array.isArray(path) && { path }),
    ...(isRecord(extensions) && { extensions }),
  };
}

function hasCodedErrors({ errors = [] }: SubgraphResult): boolean {
  return errors.some(({ extensions }) => {
    const code = extensions?.code;
    return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR';
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
