import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { GraphQLError } from 'graphql';
import { formatError } from '../errors/format-error.ts';
import { mediaTypeFor } from './media-type.ts';

/**
 * The answer to an operation that is refused before a server has read it.
 *
 * @param status with `application/graphql-response+json`: with plain JSON a request that could be read is 200, whatever is
 *   wrong with the operation in it
 */
export function answerRefusal(
  error: GraphQLError,
  accept: string | undefined,
  status: number,
): HTTPGraphQLResponse {
  const mediaType = mediaTypeFor(accept);
  const errors = [formatError(error.toJSON(), error)];
  return {
    status: mediaType === 'application/json' ? 200 : status,
    headers: new HeaderMap([['content-type', `${mediaType}; charset=utf-8`]]),
    body: { kind: 'complete', string: JSON.stringify({ errors }) },
  };
}
