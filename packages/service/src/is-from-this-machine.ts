import type { FastifyRequest } from 'fastify';
import { hostName, isLoopbackHost } from './hosts.ts';

/**
 * Whether a request was sent by a program on this machine, on its own behalf. The address alone does not tell: a proxy on
 * this machine passes on what others send, and a browser on this machine what a page of others says, which can give its own
 * name this machine's address (DNS rebinding). The first names whom it speaks for, the second its own host.
 */
export function isFromThisMachine({ raw: { socket, headers } }: Pick<FastifyRequest, 'raw'>): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (!isLoopbackHost(address)) return false;
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  return headers.host === undefined || isLoopbackHost(hostName(headers.host));
}
