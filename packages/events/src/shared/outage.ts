import type { Logger } from 'pino';

/** Says once that something has failed and once that it works again, however often either is noticed. */
export interface Outage {
  /** @param details what stands in the line beside the error */
  failed(error: unknown, details?: Record<string, unknown>): void;
  works(): void;
}

/**
 * Creates the note of one thing's outages.
 *
 * @param what names the thing in the log, e.g. `The connection to Redis`
 */
export function createOutage(logger: Logger, what: string): Outage {
  let since: number | null = null;
  return {
    failed(error, details) {
      if (since !== null) return;
      since = Date.now();
      logger.warn({ err: error, ...details }, `${what} has failed; trying until it works`);
    },
    works() {
      if (since === null) return;
      logger.info({ outageMs: Date.now() - since }, `${what} works again`);
      since = null;
    },
  };
}
