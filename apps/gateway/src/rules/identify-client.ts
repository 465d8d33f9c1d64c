import { hashClientKey } from '@kronos/edge-rules';
import { codedError } from '@kronos/engine';
import { unauthenticated } from '../access/authenticate.ts';
import type { HeldRules } from './hold-rules.ts';

/** A program that has named itself by a key. */
export interface Client {
  /** A UUID. */
  id: string;
  name: string;
  /** The quota policy that holds for it. */
  policyId: string;
  allowedOperations: 'ANY' | 'SAFELIST_ONLY';
  /** The hash of the key that it has named itself by. */
  keyHash: string;
}

/** The header by which a client application names itself. */
export const clientKeyHeader = 'x-kronos-client-key';

/** The client application of a key; null without a key. Throws a coded error for a key that is worth nothing. */
export type IdentifyClient = (key: string | string[] | undefined) => Client | null;

const maxKeyLength = 512;

export function createIdentifyClient(rules: Pick<HeldRules, 'current'>): IdentifyClient {
  return (key) => {
    if (key === undefined) return null;
    const keyHash = typeof key === 'string' && key.length <= maxKeyLength ? hashClientKey(key) : undefined;
    const client = keyHash && rules.current.clientOfKey(keyHash, Date.now());
    if (client) {
      const { id, name, policyId, allowedOperations } = client;
      return { id, name, policyId, allowedOperations, keyHash };
    }
    if (rules.current.source === 'defaults') throw notKnownYet();
    throw unauthenticated(
      `The key in ${clientKeyHeader} is of no client application, has expired, or its application is disabled.`,
    );
  };
}

/** Without any rules of the router nobody can tell a good key from a bad one. */
function notKnownYet() {
  return codedError('Client applications cannot be told at the moment.', {
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: 2,
  });
}
