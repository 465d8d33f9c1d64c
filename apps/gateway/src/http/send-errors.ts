import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { formatError } from '../errors/format-error.ts';
import { retryAfterOfErrors, statusOfErrors } from '../errors/http-status.ts';
import { mediaTypeFor } from './media-type.ts';

/** Answers a request that never became an operation, in the same shape as operations have. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const graphqlError =
    error instanceof GraphQLError ? error : new GraphQLError('failed', { originalError: error as Error });
  const errors: GraphQLFormattedError[] = [formatError(graphqlError.toJSON(), graphqlError)];
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
