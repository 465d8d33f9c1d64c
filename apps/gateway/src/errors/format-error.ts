import { SubgraphError } from '@kronos/engine';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type RequestScope, requestScope } from './request-scope.ts';

/** Codes that only say that nobody knows: what they carry is for the log, not for the client. */
const unknownCodes = new Set(['INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);
/**
 * Messages quote what was sent, some of them for each of its mistakes: without an end, an answer could be fifty times as
 * large as its request.
 */
const maxMessageLength = 1_000;
const maxLocations = 10;
const tooManyTokens = /^Syntax Error: Document contains more that (\d+) tokens/;

/**
 * An error as every client gets it: message, path, locations, extensions {code, details?, timestamp, requestId, traceId?,
 * retryAfter?}. Coded errors pass; anything else is masked, and logged with the request id.
 *
 * @param formatted the error with its code, as Apollo Server gives it to `formatError`
 * @param original what was thrown
 */
export function formatError(formatted: GraphQLFormattedError, original: unknown): GraphQLFormattedError {
  const { path, locations } = formatted;
  const message = shortened(formatted.message);
  const { code, isMasked, ...extensions } = readExtensions(formatted, original);
  const scope = requestScope.getStore();
  if (isMasked) logUnknown(scope?.logger, formatted, original);
  return {
    message: isMasked
      ? 'Something went wrong on our side. Quote the request id when you report it.'
      : message,
    ...(locations && { locations: locations.slice(0, maxLocations) }),
    ...(path && { path }),
    extensions: {
      code,
      ...extensions,
      timestamp: new Date().toISOString(),
      ...(scope && { requestId: scope.requestId }),
      ...(scope?.traceId && { traceId: scope.traceId }),
    },
  };
}

function shortened(message: string): string {
  return message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message;
}

function readExtensions({ message, extensions = {} }: GraphQLFormattedError, original: unknown) {
  const code = String(extensions.code ?? 'INTERNAL_SERVER_ERROR');
  // Where an error came from is ours to know: the names of subgraphs in `details` are put there on purpose.
  const { serviceName: _, stacktrace: __, exception: ___, http: ____, limit, ...rest } = extensions;
  if (unknownCodes.has(code) && isRefusal(original)) return { ...rest, code: 'BAD_REQUEST' };
  if (unknownCodes.has(code)) return { code: 'INTERNAL_SERVER_ERROR', isMasked: true };
  // Apollo Server gives every failed rule the same code; a limit is not a mistake in the document.
  if (limit) return { ...rest, code: 'OPERATION_LIMIT_EXCEEDED', details: limit };
  const tokens = tooManyTokens.exec(message)?.[1];
  if (tokens) {
    // Reading ends with the first one that is too many.
    const maximum = Number(tokens);
    const details = { limit: 'tokens', value: maximum + 1, maximum };
    return { ...rest, code: 'OPERATION_LIMIT_EXCEEDED', details };
  }
  return { ...rest, code };
}

/** Apollo Server gives a few refusals a status and forgets the code. */
function isRefusal(original: unknown): boolean {
  const http = original instanceof GraphQLError ? original.extensions.http : undefined;
  return (http as { status?: number } | undefined)?.status === 400;
}

function logUnknown(
  logger: RequestScope['logger'] | undefined,
  formatted: GraphQLFormattedError,
  original: unknown,
): void {
  const err = (original as { originalError?: unknown })?.originalError ?? original;
  const subgraph = err instanceof SubgraphError ? err.subgraph : undefined;
  logger?.error({ err, subgraph, path: formatted.path }, `masked error: ${shortened(formatted.message)}`);
}
