import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

const algorithm = 'ECDH-ES';
const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A text that only the holder of the private key can read travels through logs without being in them. */
export interface SealingKeys {
  publicKey: JWK;
  privateKey: JWK;
}

/** Makes the keys of one export. Whoever deletes the private one makes all that was sealed unreadable, wherever it is. */
export async function createSealingKeys(): Promise<SealingKeys> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { crv: 'X25519', extractable: true });
  return { publicKey: await exportJWK(publicKey), privateKey: await exportJWK(privateKey) };
}

/** Compresses and encrypts a text (JWE: ECDH-ES on X25519, AES-256-GCM). */
export async function seal(text: string, publicKey: JWK): Promise<string> {
  return new CompactEncrypt(await deflate(text))
    .setProtectedHeader({ alg: algorithm, enc: 'A256GCM' })
    .encrypt(await importJWK(publicKey, algorithm));
}

/** Reads what `seal` has made. @throws when it was made for another key, or changed */
export async function unseal(sealed: string, privateKey: JWK): Promise<string> {
  const { plaintext } = await compactDecrypt(sealed, await importJWK(privateKey, algorithm));
  return (await inflate(plaintext)).toString();
}
