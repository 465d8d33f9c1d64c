import { codedError, type LocalSubgraph } from '@kronos/engine';
import type { FormattedExecutionResult } from 'graphql';
import { TypeID } from 'typeid-js';
import type { GatewayContext } from '../context.ts';
import type { Viewer } from './caller.ts';

/** A caller as a subgraph knows them: what the internal token and the headers beside it say over HTTP. */
export interface SubgraphCaller {
  viewer: SubgraphViewer | null;
  /** Present when a service calls in its own name. */
  service?: { clientId: string; scopes: ReadonlySet<string> };
  requestId: string;
  clientAddress: string;
  userAgent: string | null;
  /** The UUID of the client application that the caller has named itself as; null for none. */
  clientApplicationId: string | null;
  /** W3C trace context. */
  traceparent: string | null;
  tracestate?: string;
  /** When the caller's own token expires; absent for an anonymous caller. */
  tokenExpiresAt?: Date;
}

/** The person behind a request, by UUIDs. */
export interface SubgraphViewer {
  userId: string;
  sessionId: string | null;
  scopes: ReadonlySet<string>;
  roles: readonly string[];
  /** When the person last proved who they are; null when nobody has. */
  authenticatedAt: Date | null;
  /** By what they proved it, in the names of RFC 8176. */
  amr: readonly string[];
  hasSecondFactor: boolean;
  /** The OAuth client by which the person acts; absent without one. */
  clientId?: string;
  /** The API token that the request came with; absent without one. */
  apiTokenId?: string;
  /** That somebody else acts under the person's name; absent when they do it themselves. */
  impersonation?: { id: string; actorId: string };
}

/** What the gateway needs of a subgraph that lives in its process; those of `@kronos/subgraph` have it. */
export interface CoLocatedSubgraph {
  readonly name: string;
  /** Executes a query or a mutation, under the subgraph's own rules for that caller. */
  execute(
    request: { query: string; variables?: Record<string, unknown> | null; operationName?: string | null },
    caller: SubgraphCaller,
  ): Promise<FormattedExecutionResult>;
}

/**
 * Subgraphs of this process for the engine. They get the caller as the gateway has verified them: no token is minted, and
 * none verified, because nobody else could have called the function.
 */
export function toLocalSubgraphs(subgraphs: readonly CoLocatedSubgraph[]): Record<string, LocalSubgraph> {
  return Object.fromEntries(
    subgraphs.map((subgraph) => [
      subgraph.name,
      async (operation, context, headers) => {
        const own = context as unknown as GatewayContext;
        const result = await subgraph.execute(operation, toCaller(own, headers));
        own.changes?.say(subgraph.name, result.extensions?.changed);
        return result;
      },
    ]),
  );
}

/** @param headers what a trace adds for this fetch; what the context says is for the whole request */
function toCaller(
  { caller, client, requestId, clientAddress, userAgent, trace }: GatewayContext,
  headers: Readonly<Record<string, string>> | undefined,
): SubgraphCaller {
  const { traceparent, tracestate } = { ...trace.headers, ...headers };
  const identity = caller.viewer ? toIdentity(caller.viewer) : anonymous;
  return {
    ...identity,
    requestId,
    clientAddress,
    userAgent: userAgent || null,
    clientApplicationId: client?.id ?? null,
    traceparent,
    ...(tracestate && { tracestate }),
  };
}

/** What an internal token would have said. */
type Identity = Pick<SubgraphCaller, 'viewer' | 'service' | 'tokenExpiresAt'>;

const anonymous: Identity = { viewer: null };
// A verified token is one viewer for as long as it is good.
const identities = new WeakMap<Viewer, Identity>();

function toIdentity(viewer: Viewer): Identity {
  let identity = identities.get(viewer);
  if (!identity) {
    identity = {
      ...(viewer.isService
        ? {
            viewer: null,
            service: { clientId: decodeId('oauth_client', viewer.userId), scopes: viewer.scopes },
          }
        : { viewer: toSubgraphViewer(viewer) }),
      tokenExpiresAt: new Date(viewer.tokenExp * 1_000),
    };
    identities.set(viewer, identity);
  }
  return identity;
}

function toSubgraphViewer(viewer: Viewer): SubgraphViewer {
  const { userId, sessionId, clientId, apiToken, impersonation } = viewer;
  const { scopes, roles, authTime, amr, hasSecondFactor } = viewer;
  return {
    userId: decodeId('user', userId),
    sessionId: sessionId === null ? null : decodeId('session', sessionId),
    scopes,
    roles,
    authenticatedAt: authTime === null ? null : new Date(authTime * 1_000),
    amr,
    hasSecondFactor,
    ...(clientId !== null && { clientId: decodeId('oauth_client', clientId) }),
    ...(apiToken && { apiTokenId: decodeId('api_token', apiToken.id) }),
    ...(impersonation && {
      impersonation: {
        id: decodeId('impersonation', impersonation.id),
        actorId: decodeId('user', impersonation.actorId),
      },
    }),
  };
}

/** Access tokens may be another issuer's, with ids that subgraphs do not know: they refuse such callers. */
function decodeId(prefix: string, id: string): string {
  try {
    return TypeID.fromString(id, prefix).toUUID();
  } catch {
    throw codedError('This subgraph answers to its gateway only.', { code: 'UNAUTHENTICATED' });
  }
}
