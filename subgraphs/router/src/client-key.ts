import { randomBytes } from 'node:crypto';
import { hashClientKey } from '@kronos/edge-rules';
import { newId } from '@kronos/subgraph';

/** A new key of a client application: what is shown once, and what is kept. */
export interface NewKey {
  secret: string;
  row: { id: string; hash: string };
}

/** 256 bits of chance, behind a prefix by which a key that has leaked is recognised as one. */
export function createKey(): NewKey {
  const secret = `kck_${randomBytes(32).toString('base64url')}`;
  return { secret, row: { id: newId(), hash: hashClientKey(secret) } };
}
