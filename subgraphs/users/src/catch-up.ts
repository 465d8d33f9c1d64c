import { type Consumer, EventLogUnavailableError } from '@kronos/events';
import { serviceUnavailable } from '@kronos/subgraph';
import { inSharedTurns } from './turns.ts';

const retryAfterSeconds = 2;

/**
 * Waits until all that another domain has announced is known here: everyone who has signed up has their profile, every
 * event its owner. However many ask, and however often for what does not exist, it costs one look at the log at a time.
 *
 * @param because what is not known while it cannot be looked, in a sentence for people
 * @throws SERVICE_UNAVAILABLE when the log cannot be read: whether something exists is not known then
 */
export function catchUpWith(announced: Pick<Consumer, 'catchUp'>, because: string): () => Promise<void> {
  return inSharedTurns(async () => {
    try {
      await announced.catchUp();
    } catch (error) {
      if (!(error instanceof EventLogUnavailableError)) throw error;
      throw serviceUnavailable(`${because}: try again in a moment.`, retryAfterSeconds, {
        eventLog: error.domain,
      });
    }
  });
}
