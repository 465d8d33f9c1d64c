import type { Caller, VerifyCaller } from '@kronos/subgraph';
import type { FastifyRequest } from 'fastify';

/** Says in the gateway's name that a request came through it; `authorization` may be an OAuth client's own. */
export const gatewayTokenHeader = 'x-kronos-gateway-token';

/**
 * From where a request comes that the gateway has passed on as it was.
 *
 * @throws UNAUTHENTICATED when it has not come through the gateway
 */
export function callerPassedOn({ raw, id }: FastifyRequest, verifyCaller: VerifyCaller): Promise<Caller> {
  return verifyCaller({ ...raw.headers, authorization: raw.headers[gatewayTokenHeader] }, id);
}
