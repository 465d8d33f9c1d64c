import type { FastifyRequest } from 'fastify';
import type { Authenticate } from '../access/authenticate.ts';

const loopback = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Metrics are for callers on this machine, and for those whose token has the scope `metrics:read`. */
export function mayReadMetrics(authenticate: Authenticate) {
  return async (request: FastifyRequest): Promise<boolean> => {
    if (loopback.has(request.ip)) return true;
    const caller = await authenticate(request.headers.authorization).catch(() => undefined);
    return caller?.viewer?.scopes.has('metrics:read') ?? false;
  };
}
