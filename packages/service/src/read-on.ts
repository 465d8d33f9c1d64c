import type { FastifyReply } from 'fastify';

/**
 * Keeps the connection of a request whose body is refused before it has come: to be called before the refusal is sent.
 *
 * Fastify would close it, and a client that is still writing then fails (EPIPE, ECONNRESET) before it has read why. Node reads
 * the rest and throws it away, for as long as a request may take to arrive.
 */
export function readOn(reply: FastifyReply): void {
  reply.removeHeader('connection');
}
