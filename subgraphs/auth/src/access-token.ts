import type { Account, Session } from '@kronos/prisma-auth';
import { encodeId, newId } from '@kronos/subgraph';
import { SignJWT } from 'jose';
import type { SigningKeys } from './signing-keys.ts';

const lifeMilliseconds = 15 * 60 * 1000;

/** What an access token says of an account, and of a session of it. */
export type TokenAccount = Pick<Account, 'id' | 'roles' | 'scopes' | 'hasSecondFactor'>;
export type TokenSession = Pick<Session, 'id' | 'authenticatedAt' | 'amr'>;

/** Issues what callers prove themselves to the gateway with. */
export interface AccessTokens {
  issue(account: TokenAccount, session: TokenSession): Promise<{ accessToken: string; expiresAt: Date }>;
}

/**
 * Creates the issuer of access tokens: JWTs for fifteen minutes that carry user, session, roles, scopes, and when and
 * by what the person last proved who they are (`auth_time`, `amr`: RFC 9068, RFC 8176).
 *
 * @param options.issuer the claim `iss`, which the gateway asks for
 */
export function createAccessTokens(options: { signingKeys: SigningKeys; issuer: string }): AccessTokens {
  return {
    async issue(account, session) {
      const signer = await options.signingKeys.signer();
      const now = Date.now();
      const expiresAt = new Date(Math.floor((now + lifeMilliseconds) / 1000) * 1000);
      const accessToken = await new SignJWT({
        sid: encodeId('session', session.id),
        scope: account.scopes.join(' '),
        roles: account.roles,
        auth_time: Math.floor(session.authenticatedAt.getTime() / 1000),
        amr: session.amr,
        mfa_enrolled: account.hasSecondFactor,
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
