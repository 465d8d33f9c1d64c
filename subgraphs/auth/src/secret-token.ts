import { createHash, randomBytes } from 'node:crypto';

/** A new token: 256 random bits that mean nothing to anyone but the table of their hashes. */
export function newSecretToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token. It needs no salt and no stretching: there is nothing to guess. */
export function hashSecretToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
