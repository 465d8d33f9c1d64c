import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@kronos/service';

export interface RepeatOptions {
  /** What is said when it fails, e.g. `subgraphs are not watched at the moment`. */
  failure: string;
  intervalMs: number;
  logger: Logger;
  /** @param signal aborted when it is to end */
  work(signal: AbortSignal): Promise<void>;
}

/**
 * Does a work again and again, beginning now, with a pause after each time. A failure is said once, until it works again.
 *
 * @returns ends it, and resolves when it has ended
 */
export function repeat({ failure, intervalMs, logger, work }: RepeatOptions): () => Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  let isFailing = false;

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      try {
        await work(signal);
        isFailing = false;
      } catch (error) {
        if (!isFailing && !signal.aborted) logger.warn({ err: error }, failure);
        isFailing = true;
      }
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
  const end = loop();
  return async () => {
    stop.abort();
    await end;
  };
}
