import { createHash, randomBytes } from 'node:crypto';

/** A new token: 256 random bits that mean nothing to anyone but the table of their hashes. */
export function newSecretToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What is stored of a token, or of another secret that we have made: SHA-256, in hexadecimal. It needs no salt and no
 * stretching: there is nothing to guess.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
