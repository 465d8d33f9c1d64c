import type { FastifyRequest } from 'fastify';

/** What answering an operation needs of a request: Fastify's have all of it, and for REST routes one is made. */
export type OperationRequest = Pick<FastifyRequest, 'id' | 'log' | 'method' | 'url' | 'headers' | 'body'>;
