import { type Consumer, EventLogUnavailableError } from '@kronos/events';
import { serviceUnavailable } from '@kronos/subgraph';
import { inSharedTurns } from './turns.ts';

const retryAfterSeconds = 2;

/**
 * Waits until everyone who has signed up has their profile. However many ask, and however often for people who do not
 * exist, it costs one look at the log at a time.
 *
 * @throws SERVICE_UNAVAILABLE when the log cannot be read: whether somebody exists is not known then
 */
export function catchUpWith(signUps: Pick<Consumer, 'catchUp'>): () => Promise<void> {
  return inSharedTurns(async () => {
    try {
      await signUps.catchUp();
    } catch (error) {
      if (!(error instanceof EventLogUnavailableError)) throw error;
      throw serviceUnavailable(
        'Someone may have signed up just now: try again in a moment.',
        retryAfterSeconds,
        {
          eventLog: error.domain,
        },
      );
    }
  });
}
