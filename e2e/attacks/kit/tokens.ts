import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { createSealer } from '@kronos/sealing';
import { tryParseMasterKeys } from '@kronos/sealing/master-keys';
import type { JWK } from 'jose';
import pg from 'pg';
import { readMasterKeys, readRunFile } from './system.ts';

export type Part = Record<string, unknown>;
type Sign = (signed: string) => string;

/** The header and the claims of a token, read without a look at its signature. */
export function readToken(token: string): { header: Part; claims: Part; signature: string } {
  const [header, claims, signature] = token.split('.') as [string, string, string];
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Part;
  return { header: read(header), claims: read(claims), signature };
}

/** A token made by hand: libraries refuse to make most of what is tried here. */
export function makeToken(header: Part | string, claims: Part | string, signer: Sign): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${signer(signed)}`;
}

function encode(part: Part | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

export const unsigned: Sign = () => '';

/** Signs with a secret, HS256 unless told otherwise. */
export function withSecret(secret: string | Buffer, hash: 'sha256' | 'sha512' = 'sha256'): Sign {
  return (signed) => createHmac(hash, secret).update(signed).digest('base64url');
}

/** Signs with an Ed25519 key (EdDSA). */
export function withKey(key: KeyObject): Sign {
  return (signed) => sign(null, Buffer.from(signed), key).toString('base64url');
}

export function keyOf(jwk: JWK): KeyObject {
  return createPrivateKey({ key: jwk as never, format: 'jwk' });
}

/** The keys that really sign access tokens: with them the claims are all that can be wrong with a token. */
export async function readSigningKeys(): Promise<{ kid: string; privateKey: JWK; publicKey: JWK }[]> {
  const sealer = createSealer({ keys: tryParseMasterKeys(readMasterKeys())! });
  const database = new pg.Client({ connectionString: readRunFile().databaseUrls.auth });
  await database.connect();
  try {
    const { rows } = await database.query<{ kid: string; sealed: string; publicKey: JWK }>(
      `SELECT kid, sealed_private_key AS sealed, public_key AS "publicKey" FROM signing_key
       WHERE algorithm = 'EdDSA' ORDER BY signs_from`,
    );
    return rows.map(({ kid, sealed, publicKey }) => {
      const privateKey = Buffer.from(sealer.unseal(sealed, `signing-key:${kid}`)).toString();
      return { kid, privateKey: JSON.parse(privateKey), publicKey };
    });
  } finally {
    await database.end();
  }
}
