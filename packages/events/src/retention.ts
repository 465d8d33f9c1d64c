const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * How much history is kept, in one place because the numbers hang together:
 * - The outbox fills an emptied stream again, so it keeps at least as many events as the stream.
 * - The inbox guards against events that are delivered again, so it outlives the outbox in both age and number.
 */
export const retention = {
  /** Entries of a domain's stream; Redis may keep up to one node (100 entries) more. */
  streamEntries: 50_000,
  /** Published rows of a domain's outbox. Rows that are not published yet stay whatever their age or number. */
  outboxRows: 50_000,
  outboxAgeMs: 7 * DAY_MS,
  /** Rows of one consumer in a domain's inbox. */
  inboxRows: 200_000,
  inboxAgeMs: 14 * DAY_MS,
  /** Time between two prunings. */
  pruneEveryMs: 10 * 60 * 1000,
};

/** The numbers of `retention`, for code that is given them. */
export type Retention = typeof retention;
