import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** An issuer of access tokens with a JWKS on a free port. */
export interface TestIssuer extends AsyncDisposable {
  readonly jwksUrl: string;
  /** How often the JWKS was asked for. */
  readonly reads: number;
  sign(
    claims?: JWTPayload,
    options?: { expiresIn?: number; alg?: 'EdDSA' | 'ES256'; typ?: string },
  ): Promise<string>;
}

export const testUser = 'user_01jd3m5yq0e8ktp0a3y7w9gq3h';
export const testSession = 'session_01jd3m5yq0e8ktp0a3y7w9gq3j';
export const testClient = 'oauth_client_01jd3m5yq0e8ktp0a3y7w9gq3k';
/** What the issuer says of tokens that OAuth clients are given; the gateway's default. */
export const oauthIssuer = 'http://localhost:4000';

export async function startTestIssuer(): Promise<TestIssuer> {
  const keys = {
    EdDSA: await generateKeyPair('EdDSA', { extractable: true }),
    ES256: await generateKeyPair('ES256', { extractable: true }),
  };
  const jwks = {
    keys: await Promise.all(
      Object.entries(keys).map(async ([alg, { publicKey }]) => ({
        ...(await exportJWK(publicKey)),
        alg,
        kid: alg,
      })),
    ),
  };
  let reads = 0;
  const server = createServer((_request, response) => {
    reads++;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    get reads() {
      return reads;
    },
    sign(claims = {}, { expiresIn = 900, alg = 'EdDSA', typ = 'JWT' } = {}) {
      return new SignJWT({ sub: testUser, sid: testSession, scope: '', roles: ['user'], ...claims })
        .setProtectedHeader({ alg, kid: alg, typ })
        .setIssuer(claims.iss ?? 'kronos')
        .setAudience(claims.aud ?? 'kronos')
        .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresIn)
        .sign(keys[alg].privateKey);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
