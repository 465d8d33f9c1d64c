/**
 * The log cannot go on from this cursor without leaving something out: what follows it is no longer retained, or it
 * is no position of this log at all. The reader has to look at the current state and start anew.
 */
export class CursorExpiredError extends Error {
  override readonly name = 'CursorExpiredError';
  /** The cursor that was asked for. */
  readonly cursor: string;
  /** Position of the oldest entry that is retained; null when there is none. */
  readonly oldest: string | null;

  constructor(cursor: string, oldest: string | null) {
    super(`Cursor ${cursor} is not covered by the log (oldest retained position: ${oldest ?? 'none'})`);
    this.cursor = cursor;
    this.oldest = oldest;
  }
}

/** The log could not be read in time: Redis is away, or has been emptied and is not filled again yet. */
export class EventLogUnavailableError extends Error {
  override readonly name = 'EventLogUnavailableError';
  /** The domain whose log it is. */
  readonly domain: string;

  constructor(domain: string, reason: string, options?: ErrorOptions) {
    super(`The event log of ${domain} is not available: ${reason}`, options);
    this.domain = domain;
  }
}
