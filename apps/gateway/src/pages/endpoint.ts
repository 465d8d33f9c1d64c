import type { FastifyRequest } from 'fastify';

const hostShape = /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i;

/** Where the page's own gateway serves GraphQL, as the browser reaches it. */
export function endpointOf(request: FastifyRequest): string {
  return `${originOf(request)}/graphql`;
}

/** Where the gateway is, as the client reaches it; the host is the client's word, so it is checked. Empty when it is none. */
export function originOf(request: FastifyRequest): string {
  return hostShape.test(request.host) ? `${request.protocol}://${request.host}` : '';
}
