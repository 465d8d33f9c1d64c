import { CacheUnavailableError } from '@kronos/cache';
import { serviceUnavailable } from '@kronos/subgraph';

/**
 * Waits for an answer of the cache.
 *
 * @throws SERVICE_UNAVAILABLE when it does not answer
 */
export async function asking<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof CacheUnavailableError)) throw error;
    throw serviceUnavailable('The cache does not answer.', 1);
  }
}
