import { join } from 'node:path';
import type { JWK } from 'jose';
import { readJson, writeWhole } from '../files.ts';

/** The files by which the gateway signs internal tokens and subgraphs verify them. */
export interface InternalKeyFiles {
  privateKeyFile: string;
  jwksFile: string;
}

/**
 * The internal key pair, made when there is none; the private key is readable for its owner alone.
 *
 * @param given other places than KRONOS_HOME for the two files
 */
export async function ensureInternalKeys(
  home: string,
  given: Partial<InternalKeyFiles> = {},
): Promise<InternalKeyFiles> {
  const files = {
    privateKeyFile: given.privateKeyFile ?? join(home, 'internal-key.json'),
    jwksFile: given.jwksFile ?? join(home, 'internal-jwks.json'),
  };
  let key = await readJson<JWK>(files.privateKeyFile);
  if (!key) {
    key = await makeKey();
    await writeWhole(files.privateKeyFile, `${JSON.stringify(key)}\n`, 0o600);
  }
  const { d: _private, ...publicKey } = key;
  const jwks = { keys: [publicKey] };
  if (JSON.stringify(await readJson(files.jwksFile)) !== JSON.stringify(jwks))
    await writeWhole(files.jwksFile, `${JSON.stringify(jwks)}\n`);
  return files;
}

async function makeKey(): Promise<JWK> {
  const { calculateJwkThumbprint, exportJWK, generateKeyPair } = await import('jose');
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const key = await exportJWK(privateKey);
  return { ...key, kid: await calculateJwkThumbprint(key), alg: 'EdDSA', use: 'sig' };
}
