import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** Signs internal tokens as the gateway does, by a key of this test. */
export interface TestGateway extends AsyncDisposable {
  /** The file with the public key. */
  jwksFile: string;
  sign(claims: JWTPayload): Promise<string>;
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
    sign: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setIssuer('kronos-gateway')
        .setAudience('kronos-subgraph')
        .setExpirationTime('60s')
        .sign(privateKey),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
