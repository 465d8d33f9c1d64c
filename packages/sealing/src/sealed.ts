import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { MasterKey } from './master-keys.ts';

/** Encrypts what may lie in a database but must not be read there. */
export interface Sealer {
  /**
   * Encrypts with the current master key.
   *
   * @param context where the result will lie, such as `mfa-secret:<row id>`; it is no secret, and not part of the result
   * @returns ASCII, the same plaintext never the same twice; longer than it by 44 bytes, a third, and the key's id
   */
  seal(plaintext: Uint8Array, context: string): string;
  /**
   * Decrypts, with whichever of the master keys it was sealed.
   *
   * @throws UnsealError when the text is not what was sealed in this context, or its key is not at hand
   */
  unseal(text: string, context: string): Uint8Array;
  /**
   * What a text begins with that is sealed with the current master key; whatever does not begin so wants to be sealed anew,
   * and can be found in SQL by `LIKE`.
   */
  currentPrefix(): string;
}

/** Why something cannot be unsealed. The message names neither the text nor the key. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
  readonly reason: 'MALFORMED' | 'UNKNOWN_KEY' | 'ALTERED';

  constructor(reason: UnsealError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const version = 'sealed:v1';
const cipher = 'aes-256-gcm';
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const sealed = /^sealed:v1:([a-z0-9-]+):([\w-]+)$/;

/**
 * Creates a sealer: AES-256-GCM (NIST SP 800-38D), bound to the context as associated data, so that a value copied into
 * another row, or another column, does not open there.
 *
 * Random nonces of 96 bits are safe for 2^32 messages of one key (SP 800-38D, 8.3), which many rows sealed anew many times
 * can come to. So a master key encrypts nothing itself: each message has a key of its own, derived with HKDF (RFC 5869) from
 * the master key and 128 random bits. Two messages meet in both salt and nonce only after some 2^112.
 *
 * @param options.keys the master keys, the current one first, or what tells them; then they may change while it runs
 */
export function createSealer(options: { keys: readonly MasterKey[] | (() => readonly MasterKey[]) }): Sealer {
  const { keys } = options;
  const list = typeof keys === 'function' ? keys : () => keys;

  function current(): MasterKey {
    const [first] = list();
    if (!first) throw new Error('there is no master key to seal with');
    return first;
  }

  return {
    seal(plaintext, context) {
      const { id, key } = current();
      const salt = randomBytes(saltBytes);
      const nonce = randomBytes(nonceBytes);
      const encryption = createCipheriv(cipher, messageKey(key, salt), nonce, { authTagLength: tagBytes });
      encryption.setAAD(associatedData(id, context));
      const parts = [salt, nonce, encryption.update(plaintext), encryption.final(), encryption.getAuthTag()];
      return `${version}:${id}:${Buffer.concat(parts).toString('base64url')}`;
    },

    unseal(text, context) {
      const [, id, encoded] = sealed.exec(text) ?? [];
      const bytes = Buffer.from(encoded ?? '', 'base64url');
      if (!id || bytes.length < saltBytes + nonceBytes + tagBytes)
        throw new UnsealError('MALFORMED', 'this is nothing that was sealed');
      const master = list().find((candidate) => candidate.id === id);
      if (!master) throw new UnsealError('UNKNOWN_KEY', `the master key “${id}” is not at hand`);
      const salt = bytes.subarray(0, saltBytes);
      const nonce = bytes.subarray(saltBytes, saltBytes + nonceBytes);
      const decryption = createDecipheriv(cipher, messageKey(master.key, salt), nonce, {
        authTagLength: tagBytes,
      });
      decryption.setAAD(associatedData(id, context)).setAuthTag(bytes.subarray(-tagBytes));
      const start = decryption.update(bytes.subarray(saltBytes + nonceBytes, -tagBytes));
      try {
        return Buffer.concat([start, decryption.final()]);
      } catch {
        throw new UnsealError(
          'ALTERED',
          'it was altered, or was not sealed for this place, or by another key',
        );
      }
    },

    currentPrefix: () => `${version}:${current().id}:`,
  };
}

function messageKey(master: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', master, salt, version, 32));
}

// An id has no colon, so no two pairs of id and context come to the same bytes.
function associatedData(keyId: string, context: string): Uint8Array {
  return Buffer.from(`${version}:${keyId}:${context}`);
}
