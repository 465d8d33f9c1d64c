import { type EdgeRules, edgeRulesShape } from '@kronos/edge-rules';
import { anonymous, type Caller } from '../access/caller.ts';
import type { MintInternalToken } from '../access/internal-token.ts';

export interface FetchRulesOptions {
  url: string;
  /** Undefined when there is no internal key; the router then refuses. */
  mint: MintInternalToken | undefined;
  /** As whom the gateway asks on its own behalf. */
  self?: Caller;
}

/**
 * Reads the router's rules.
 *
 * @param version that is known already
 * @returns undefined when that is the newest
 * @throws Error when the router does not answer with rules, within five seconds
 */
export type FetchRules = (version: string | undefined, signal: AbortSignal) => Promise<EdgeRules | undefined>;

const timeoutMs = 5_000;

export function createFetchRules({ url, mint, self = anonymous }: FetchRulesOptions): FetchRules {
  return async (version, signal) => {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (mint) headers.authorization = `Bearer ${await mint(self)}`;
    if (version !== undefined) headers['if-none-match'] = `"${version}"`;
    const response = await fetch(url, {
      headers,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (response.status === 304) return undefined;
    const text = await response.text();
    if (!response.ok)
      throw new Error(`The router answered ${response.status} to the question for the rules.`);
    return edgeRulesShape.parse(JSON.parse(text));
  };
}
