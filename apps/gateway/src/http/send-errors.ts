import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { formatError } from '../errors/format-error.ts';
import { retryAfterOfErrors, statusOfErrors } from '../errors/http-status.ts';

/** Answers a request that never became an operation, in the same shape as operations have. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  const graphqlError =
    error instanceof GraphQLError ? error : new GraphQLError('failed', { originalError: error as Error });
  const errors: GraphQLFormattedError[] = [formatError(graphqlError.toJSON(), graphqlError)];
  const http = graphqlError.extensions.http as { status?: number } | undefined;
  const retryAfter = retryAfterOfErrors(errors);
  if (retryAfter) reply.header('retry-after', retryAfter);
  reply
    .code(http?.status ?? statusOfErrors(errors) ?? 500)
    .type(mediaType(request.headers.accept))
    .send(JSON.stringify({ errors }));
}

function mediaType(accept = ''): string {
  const type = accept.includes('application/graphql-response+json') ? 'graphql-response+json' : 'json';
  return `application/${type}; charset=utf-8`;
}
