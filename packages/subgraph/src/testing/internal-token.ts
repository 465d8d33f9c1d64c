import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** Signs internal tokens as the gateway does, by a key of this test. */
export interface TestGateway extends AsyncDisposable {
  /** The file with the public key. */
  jwksFile: string;
  /** A token with these claims; what is omitted is as the gateway has it, with an expiry in a minute. */
  sign(
    claims: JWTPayload,
    unusual?: { issuer?: string; audience?: string; expiresAt?: number },
  ): Promise<string>;
}

/** A gateway's signing key and the file by which subgraphs verify it. */
export async function createTestGateway(): Promise<TestGateway> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const folder = await mkdtemp(join(tmpdir(), 'kronos-test-'));
  const jwksFile = join(folder, 'internal-jwks.json');
  const kid = 'test';
  await writeFile(
    jwksFile,
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' }] }),
  );
  return {
    jwksFile,
    sign: (claims, unusual = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setIssuer(unusual.issuer ?? 'kronos-gateway')
        .setAudience(unusual.audience ?? 'kronos-subgraph')
        .setExpirationTime(new Date(unusual.expiresAt ?? Date.now() + 60_000))
        .sign(privateKey),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
