import { readFile } from 'node:fs/promises';
import { StartError } from '@kronos/service';
import { importJWK, type JWK, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Caller } from './caller.ts';

/** The token by which subgraphs know the gateway, and on whose behalf it asks. */
export type MintInternalToken = (caller: Caller) => Promise<string>;

const lifetimeSeconds = 60;
/** A cached token is sent for half of its life: what it has left is for the way and for clocks that differ. */
const reuseMs = (lifetimeSeconds / 2) * 1_000;

/**
 * Mints internal tokens (EdDSA), kept per caller for half a minute.
 *
 * @param keyFile the private JWK that signs; subgraphs verify with its public half
 * @throws StartError when the file holds no such key
 */
export async function createInternalTokens(keyFile: string): Promise<MintInternalToken> {
  const jwk = await readKey(keyFile);
  const key = await importJWK(jwk, 'EdDSA').catch((error: Error) => {
    throw new StartError(`The internal key ${keyFile} is no Ed25519 private JWK: ${error.message}`);
  });
  const tokens = new LRUCache<string, Promise<string>>({ max: 20_000, ttl: reuseMs });

  function mint({ viewer }: Caller): Promise<string> {
    const claims = viewer
      ? {
          sid: viewer.sessionId ?? undefined,
          scope: [...viewer.scopes].join(' '),
          roles: viewer.roles,
          client_id: viewer.clientId ?? undefined,
          api_token: viewer.apiToken?.id,
          act: viewer.impersonation && { sub: viewer.impersonation.actorId },
          impersonation: viewer.impersonation?.id,
          tokenExp: viewer.tokenExp,
          auth_time: viewer.authTime ?? undefined,
          amr: viewer.amr,
          mfa_enrolled: viewer.hasSecondFactor,
        }
      : {};
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid })
      .setIssuer('kronos-gateway')
      .setAudience('kronos-subgraph')
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`);
    if (viewer) token.setSubject(viewer.userId);
    return token.sign(key);
  }

  return (caller) => {
    const cached = tokens.get(caller.key);
    if (cached) return cached;
    const minted = mint(caller);
    tokens.set(caller.key, minted);
    return minted;
  };
}

async function readKey(keyFile: string): Promise<JWK> {
  try {
    return JSON.parse(await readFile(keyFile, 'utf8'));
  } catch (error) {
    throw new StartError(`The internal key ${keyFile} cannot be read: ${(error as Error).message}`);
  }
}
