import { newSecretToken } from './secret-token.ts';

/** A new secret of a client, whose beginning lets scanners of source code find it where it was left. */
export function newClientSecret(): string {
  return `kronos_secret_${newSecretToken()}`;
}
