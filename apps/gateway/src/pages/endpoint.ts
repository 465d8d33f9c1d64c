import type { FastifyRequest } from 'fastify';

const hostShape = /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i;

/** Where the page's own gateway serves GraphQL, as the browser reaches it; the host is the client's word, so it is checked. */
export function endpointOf(request: FastifyRequest): string {
  return hostShape.test(request.host) ? `${request.protocol}://${request.host}/graphql` : '/graphql';
}
