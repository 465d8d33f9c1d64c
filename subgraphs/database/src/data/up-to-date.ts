import type { Consumer } from '@kronos/events';

/** How long a query waits for announcements to be taken in before it asks the database itself, in milliseconds. */
const patienceMs = 250;
/** For how long nobody waits after somebody has waited in vain, in milliseconds. */
const pauseMs = 1_000;

/**
 * Whether all that a domain has announced has had its effect here. While it has not, or the log of events is away, one query a
 * second finds that out, and the others do not wait for it.
 */
export function watchUpToDate(consumer: Pick<Consumer, 'catchUp'>): () => Promise<boolean> {
  let isBehind = false;
  let isAsked = false;
  let askAgainAt = 0;
  return async () => {
    if (isBehind && (isAsked || performance.now() < askAgainAt)) return false;
    isAsked = true;
    try {
      await consumer.catchUp(patienceMs);
      isBehind = false;
    } catch {
      isBehind = true;
      askAgainAt = performance.now() + pauseMs;
    }
    isAsked = false;
    return !isBehind;
  };
}
