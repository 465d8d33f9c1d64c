import type { Account, ApiToken, Impersonation, Session } from '@kronos/prisma-auth';
import { encodeId, newId } from '@kronos/subgraph';
import { type JWTPayload, SignJWT } from 'jose';
import type { SigningKeys } from './signing-keys.ts';

const lifeMilliseconds = 15 * 60 * 1000;

/** What an access token says of an account, and of a session of it. */
export type TokenAccount = Pick<Account, 'id' | 'roles' | 'scopes' | 'hasSecondFactor'>;
export type TokenSession = Pick<Session, 'id' | 'authenticatedAt' | 'amr'>;

export type TokenOfApi = Pick<ApiToken, 'id' | 'scopes' | 'operations' | 'expiresAt'>;

/** An access token, and when it expires. */
export interface IssuedToken {
  accessToken: string;
  expiresAt: Date;
}

/** Issues what callers prove themselves to the gateway with. */
export interface AccessTokens {
  issue(account: TokenAccount, session: TokenSession): Promise<IssuedToken>;
  /**
   * For the gateway, in place of an API token: with those of its scopes that the person has now. It has no roles, because a
   * role is a right that nobody has named; and no time of a login, because nobody has logged in.
   */
  issueForApiToken(account: TokenAccount, token: TokenOfApi): Promise<IssuedToken>;
  /**
   * For an administrator who acts under the name of an account: with the account's rights, and with who it is and by which
   * session (`act`: RFC 8693, 4.1). It lasts as long as the impersonation, an hour at most.
   */
  issueForImpersonation(account: TokenAccount, impersonation: Impersonation): Promise<IssuedToken>;
}

/**
 * Creates the issuer of access tokens: JWTs for fifteen minutes that carry user, session, roles, scopes, and when and
 * by what the person last proved who they are (`auth_time`, `amr`: RFC 9068, RFC 8176).
 *
 * @param options.issuer the claim `iss`, which the gateway asks for
 * @param options.audience the claim `aud`, which it asks for as well
 */
export function createAccessTokens(options: {
  signingKeys: SigningKeys;
  issuer: string;
  audience: string;
}): AccessTokens {
  async function sign(userId: string, claims: JWTPayload, end = inAQuarter()): Promise<IssuedToken> {
    const signer = await options.signingKeys.signer();
    const now = Date.now();
    const expiresAt = new Date(Math.floor(end.getTime() / 1000) * 1000);
    const accessToken = await new SignJWT(claims)
      .setProtectedHeader({ alg: signer.algorithm, kid: signer.kid, typ: 'JWT' })
      .setIssuer(options.issuer)
      .setAudience(options.audience)
      .setSubject(encodeId('user', userId))
      .setJti(newId())
      .setIssuedAt(Math.floor(now / 1000))
      .setExpirationTime(expiresAt)
      .sign(signer.privateKey);
    return { accessToken, expiresAt };
  }

  return {
    issue: (account, session) =>
      sign(account.id, {
        sid: encodeId('session', session.id),
        scope: account.scopes.join(' '),
        roles: account.roles,
        auth_time: Math.floor(session.authenticatedAt.getTime() / 1000),
        amr: session.amr,
        mfa_enrolled: account.hasSecondFactor,
      }),
    issueForApiToken: (account, { id, scopes, operations, expiresAt }) =>
      sign(
        account.id,
        {
          api_token: encodeId('api_token', id),
          scope: scopes.filter((scope) => account.scopes.includes(scope)).join(' '),
          ...(operations.length > 0 && { operations }),
        },
        new Date(Math.min(expiresAt.getTime(), inAQuarter().getTime())),
      ),
    issueForImpersonation: (account, { id, actorId, actorSessionId, expiresAt }) =>
      sign(
        account.id,
        {
          impersonation: encodeId('impersonation', id),
          act: { sub: encodeId('user', actorId), sid: encodeId('session', actorSessionId) },
          scope: account.scopes.join(' '),
          roles: account.roles,
        },
        expiresAt,
      ),
  };
}

function inAQuarter(): Date {
  return new Date(Date.now() + lifeMilliseconds);
}
