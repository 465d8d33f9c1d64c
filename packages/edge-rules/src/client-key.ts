import { hash } from 'node:crypto';

/**
 * What is stored of a client application's key, and looked up by: its SHA-256 in hex. A key has 256 bits of chance, so
 * that no slow hash is needed.
 */
export function hashClientKey(key: string): string {
  return hash('sha256', key, 'hex');
}
