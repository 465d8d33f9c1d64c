import { codedError } from '@kronos/engine';
import type { FastifyError, FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';

/**
 * The error of a request whose body is too large, which Fastify does not read to its end; undefined for another error.
 *
 * @param maximum in bytes
 */
export function bodyTooLarge(
  error: FastifyError,
  { headers }: FastifyRequest,
  maximum: number,
): GraphQLError | undefined {
  if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return undefined;
  // Without a length it is only known that there are more.
  const value = Number(headers['content-length']) || maximum + 1;
  const refused = codedError(`The body has ${value} bytes or more, where ${maximum} are allowed.`, {
    code: 'PAYLOAD_TOO_LARGE',
    details: { limit: 'bodyBytes', value, maximum },
  });
  refused.extensions.http = { status: 413 };
  return refused;
}
