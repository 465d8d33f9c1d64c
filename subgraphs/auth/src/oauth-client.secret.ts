import { createHash, randomBytes } from 'node:crypto';

/** A new secret of a client: 256 random bits, whose beginning lets scanners of source code find it where it was left. */
export function newClientSecret(): string {
  return `kronos_secret_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a secret. It needs no salt and no stretching: there is nothing to guess. */
export function hashClientSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
