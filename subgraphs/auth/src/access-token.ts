import type { Account } from '@kronos/prisma-auth';
import { encodeId, newId } from '@kronos/subgraph';
import { SignJWT } from 'jose';
import type { SigningKeys } from './signing-keys.ts';

const lifeMilliseconds = 15 * 60 * 1000;

/** Issues what callers prove themselves to the gateway with. */
export interface AccessTokens {
  issue(
    account: Pick<Account, 'id' | 'roles' | 'scopes'>,
    sessionId: string,
  ): Promise<{ accessToken: string; expiresAt: Date }>;
}

/**
 * Creates the issuer of access tokens: JWTs for fifteen minutes that carry user, session, roles and scopes.
 *
 * @param options.issuer the claim `iss`, which the gateway asks for
 */
export function createAccessTokens(options: { signingKeys: SigningKeys; issuer: string }): AccessTokens {
  return {
    async issue(account, sessionId) {
      const signer = await options.signingKeys.signer();
      const now = Date.now();
      const expiresAt = new Date(Math.floor((now + lifeMilliseconds) / 1000) * 1000);
      const accessToken = await new SignJWT({
        sid: encodeId('session', sessionId),
        scope: account.scopes.join(' '),
        roles: account.roles,
      })
        .setProtectedHeader({ alg: signer.algorithm, kid: signer.kid, typ: 'JWT' })
        .setIssuer(options.issuer)
        .setAudience('kronos')
        .setSubject(encodeId('user', account.id))
        .setJti(newId())
        .setIssuedAt(Math.floor(now / 1000))
        .setExpirationTime(expiresAt)
        .sign(signer.privateKey);
      return { accessToken, expiresAt };
    },
  };
}
