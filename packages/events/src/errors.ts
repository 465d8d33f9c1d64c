/**
 * The log cannot go on from this cursor without leaving something out: what follows it is no longer retained, or it
 * is no position of this log at all. The reader has to look at the current state and start anew.
 */
export class CursorExpiredError extends Error {
  override readonly name = 'CursorExpiredError';
  /** The cursor that was asked for. */
  readonly cursor: string;
  /** Position of the first entry after the cursor; null when there is none. */
  readonly oldest: string | null;
  /**
   * The position after which that entry comes. Before the cursor: the history was set back to there, and what the reader has
   * read since is not a part of it any more. Null when there is no entry.
   */
  readonly goesOnAfter: string | null;

  /** @param next the first entry after the cursor */
  constructor(cursor: string, next: { position: number; previous: number } | null) {
    super(`Cursor ${cursor} is not covered by the log (which goes on at: ${next?.position ?? 'nowhere'})`);
    this.cursor = cursor;
    this.oldest = next && String(next.position);
    this.goesOnAfter = next && String(next.previous);
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
