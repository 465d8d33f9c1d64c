import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { CryptoKey } from 'jose';
import { ExternalSigningKey } from 'oidc-provider';
import type { PublishedKey, SigningKeys } from '../signing-keys.ts';

/**
 * One of our signing keys as the provider uses it: it asks for each signature, and never has the private half.
 *
 * @see https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#featuresexternalsigningsupport
 */
export class ProviderSigningKey extends ExternalSigningKey {
  readonly #publicKey: KeyObject;
  readonly #kid: string;
  readonly #signingKeys: SigningKeys;

  constructor({ key }: PublishedKey, signingKeys: SigningKeys) {
    super();
    Object.assign(this, { kid: key.kid, alg: key.algorithm });
    this.#kid = key.kid;
    this.#publicKey = createPublicKey({ key: key.publicKey as JsonWebKey, format: 'jwk' });
    this.#signingKeys = signingKeys;
  }

  override keyObject(): KeyObject {
    return this.#publicKey;
  }

  override async sign(data: Uint8Array): Promise<Uint8Array> {
    const { privateKey } = await this.#signingKeys.signer(this.#kid);
    // The key knows what it signs by: Ed25519, or RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8037, RFC 7518).
    const key = privateKey as CryptoKey;
    return new Uint8Array(await crypto.subtle.sign(key.algorithm.name, key, new Uint8Array(data)));
  }
}
