import type { Headers, SubgraphHeaders } from '@kronos/engine';
import type { GatewayContext } from '../context.ts';
import type { MintInternalToken } from './internal-token.ts';

/**
 * What a subgraph is told about a request. With an internal key the caller's own token stays here; without one, which is
 * how a foreign graph is served, the `authorization` header goes on as it came.
 */
export function createSubgraphHeaders(mint: MintInternalToken | undefined): SubgraphHeaders {
  return (context) => {
    const { caller, client, authorization, requestId, trace, clientAddress, userAgent, forwarded } =
      context as unknown as GatewayContext;
    const headers: Headers = {
      ...forwarded,
      'x-request-id': requestId,
      ...trace.headers,
      'x-kronos-client-address': clientAddress,
    };
    if (userAgent) headers['x-kronos-client-agent'] = userAgent;
    if (client) headers['x-kronos-client-application'] = client.id;
    if (mint) {
      return mint(caller).then((token) => {
        headers.authorization = `Bearer ${token}`;
        return headers;
      });
    }
    if (authorization) headers.authorization = authorization;
    return headers;
  };
}
