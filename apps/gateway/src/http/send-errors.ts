import { requestSpan } from '@kronos/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { formatError } from '../errors/format-error.ts';
import { retryAfterOfErrors, statusOfErrors } from '../errors/http-status.ts';
import { requestScope } from '../errors/request-scope.ts';
import { noteOutcome } from '../telemetry/operation-span.ts';
import { mediaTypeFor } from './media-type.ts';

/** Answers a request that never became an operation, in the same shape as operations have. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const graphqlError =
    error instanceof GraphQLError ? error : new GraphQLError('failed', { originalError: error as Error });
  const errors: GraphQLFormattedError[] = [formatError(graphqlError.toJSON(), graphqlError)];
  noteRefusal(request, errors);
  const http = graphqlError.extensions.http as { status?: number } | undefined;
  const retryAfter = retryAfterOfErrors(errors);
  if (retryAfter) reply.header('retry-after', retryAfter);
  const status = http?.status ?? statusOfErrors(errors) ?? 500;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  reply
    .code(status)
    .type(`${mediaTypeFor(request.headers.accept)}; charset=utf-8`)
    .send(JSON.stringify({ errors }));
}

function noteRefusal(request: FastifyRequest, errors: readonly GraphQLFormattedError[]): void {
  noteOutcome(requestSpan(request), errors);
  const code = errors[0]?.extensions?.code;
  // Those who send too much are counted; a line for each would be too much, too.
  if (code !== 'RATE_LIMITED')
    requestScope.getStore()?.logger.info({ codes: [code] }, 'a request was refused');
}
