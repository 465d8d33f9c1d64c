import { isFromThisMachine } from '@kronos/service';
import type { FastifyRequest } from 'fastify';
import type { Authenticate } from '../access/authenticate.ts';

/** Metrics are for programs on this machine, and for those whose token has the scope `metrics:read`. */
export function mayReadMetrics(authenticate: Authenticate) {
  return async (request: FastifyRequest): Promise<boolean> => {
    if (isFromThisMachine(request)) return true;
    const caller = await authenticate(request.headers.authorization, request.ip).catch(() => undefined);
    return caller?.viewer?.scopes.has('metrics:read') ?? false;
  };
}
