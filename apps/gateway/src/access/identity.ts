import type { EventLog } from '@kronos/events';
import type { Logger } from '@kronos/service';
import type { Registry } from 'prom-client';
import type { GatewayEnvironment } from '../environment.ts';
import { createApiTokens } from './api-tokens.ts';
import { type Authenticate, authenticateNobody, createAuthenticate } from './authenticate.ts';
import { anonymous, type Caller } from './caller.ts';
import { createInternalTokens, type MintInternalToken } from './internal-token.ts';
import { followRevocations, noRevocations, type Revocations } from './revocations.ts';
import { followRightsChanges, noRightsChanges, type RightsChanges } from './rights-changes.ts';

/** Everything by which the gateway knows its callers and is known to its subgraphs. */
export interface Identity {
  authenticate: Authenticate;
  /** Undefined when there is no internal key: then the caller's own header is forwarded. */
  mint: MintInternalToken | undefined;
  revocations: Revocations;
  rightsChanges: RightsChanges;
  /** As whom the gateway asks on its own behalf. */
  self: Caller;
  /** The log of what happens in the graph; undefined without Redis. */
  log: EventLog | undefined;
  readiness(): Promise<Record<string, true | string>>;
  close(): Promise<void>;
}

/** Builds what the environment asks for; a foreign graph needs none of it. */
export async function createIdentity(
  environment: GatewayEnvironment,
  logger: Logger,
  metrics: Registry,
): Promise<Identity> {
  const { KRONOS_JWKS_URL: jwksUrl, KRONOS_INTERNAL_KEY_FILE: keyFile, REDIS_URL: redisUrl } = environment;
  const { KRONOS_API_TOKENS_URL: apiTokensUrl } = environment;
  const mint = keyFile ? await createInternalTokens(keyFile) : undefined;
  // Loaded only when there is a log to read: a gateway of a foreign graph carries no Redis client.
  const log = redisUrl
    ? (await import('@kronos/events')).createEventLog({ redisUrl, logger, metrics })
    : undefined;
  const revocations = log ? followRevocations(log, logger) : noRevocations;
  const rightsChanges = log ? followRightsChanges(log, logger) : noRightsChanges;
  const authenticate = jwksUrl
    ? createAuthenticate({
        jwksUrl,
        issuer: environment.KRONOS_TOKEN_ISSUER,
        oauthIssuer: environment.KRONOS_PUBLIC_URL,
        audience: environment.KRONOS_TOKEN_AUDIENCE,
        isRevoked: revocations.isRevoked,
        claimsTooMuch: rightsChanges.claimsTooMuch,
        apiTokens: apiTokensUrl ? createApiTokens({ url: apiTokensUrl, mint }) : undefined,
      })
    : authenticateNobody;

  return {
    authenticate,
    mint,
    revocations,
    rightsChanges,
    self: anonymous,
    log,
    async readiness(): Promise<Record<string, true | string>> {
      if (!log) return {};
      return { redis: await log.head('auth').then(() => true as const, describe) };
    },
    async close() {
      revocations.close();
      rightsChanges.close();
      await log?.close();
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
