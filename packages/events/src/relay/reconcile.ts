import { continueHistory } from './continue-history.ts';
import type { LogState, LogWriter } from './log-writer.ts';
import {
  eventsAfter,
  type History,
  hasSeamAfter,
  lastInOutbox,
  type PositionedEvent,
  positionBefore,
  type Query,
  readHistory,
} from './outbox-rows.ts';

/** How the log in Redis relates to the history in the database. */
export type Finding =
  /** Every entry is right; events after the head may be missing and can be appended. */
  | 'sound'
  /** Redis has lost its memory, or so much of it that appending would leave a gap. */
  | 'lost'
  /** The log tells of events that the database does not know, such as after a restore of the database. */
  | 'other-history';

/** Compares the log with the database. The log must have been looked at first: the database is always ahead of it. */
export function judge(log: LogState, history: History): Finding {
  if (log.head === null) return 'lost';
  if (log.head > history.last) return 'other-history';
  const lastEntry = log.lastEntry?.position ?? 0;
  if (lastEntry !== log.head) return 'lost';
  if (history.eventId !== null && history.eventId !== log.lastEntry?.eventId) return 'other-history';
  if (history.following === history.last - log.head) return 'sound';
  return log.head + 1 < history.oldest ? 'lost' : 'other-history';
}

/** What `reconcile` works with. */
export interface ReconcileOptions {
  query: Query;
  writer: LogWriter;
  /** How many events a stream holds. */
  streamEntries: number;
  batchSize: number;
  /** Told of a repair before it begins. */
  onRepair(finding: Exclude<Finding, 'sound'>): void;
}

/**
 * Makes sure that the log in Redis is a part of the database's history, and writes it anew from the retained events,
 * under the same positions, when it is not. When the database was set back and nobody has noted so, its history goes on anew:
 * see `continueHistory`.
 *
 * @returns the log's head, and whether it is noted as complete; null when the log changed meanwhile and has to be
 * looked at again
 */
export async function reconcile(
  options: ReconcileOptions,
): Promise<{ head: number; isVerified: boolean } | null> {
  const { query, writer, onRepair } = options;
  const log = await writer.state();
  const history = await readHistory(query, log.head ?? 0);
  const finding = judge(log, history);
  if (log.head !== null && finding === 'sound') return { head: log.head, isVerified: log.isVerified };

  // A log that was never written needs no words.
  if (finding !== 'sound' && (log.head !== null || history.last > 0)) onRepair(finding);
  if (log.head !== null && finding === 'other-history' && !(await hasSeamAfter(query, log.head))) {
    await continueHistory(query, await lastShared(options));
    return null;
  }
  const replaced = await rewrite(options, log.head, history.last);
  return replaced ? { head: history.last, isVerified: true } : null;
}

/** Up to where log and database tell the same; 0 when they have nothing in common. */
async function lastShared({ query, writer, batchSize }: ReconcileOptions): Promise<number> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const entries = await writer.entriesBefore(before, batchSize);
    const oldest = entries.at(-1);
    if (!oldest) return 0;
    const shared = await lastInOutbox(query, entries);
    if (shared !== null) return shared;
    before = oldest.position;
  }
}

/**
 * Writes the log anew from all that the outbox still holds, under the same positions: for a log that was lost, and for
 * one that says what the outbox does not say any more.
 *
 * @param head of the log as it was seen; null when Redis has lost its memory
 * @param last the head that it is to have
 * @returns false when the log has another head by now, and nothing was done
 */
export async function rewrite(
  { query, writer, streamEntries, batchSize }: Omit<ReconcileOptions, 'onRepair'>,
  head: number | null,
  last: number,
): Promise<boolean> {
  const after = await positionBefore(query, last, streamEntries);
  return writer.replace(head, retained(query, after, last, batchSize), last);
}

/** The events after `after` up to `last`, in batches. */
async function* retained(query: Query, after: number, last: number, batchSize: number) {
  for (let position = after; position < last; ) {
    const found: PositionedEvent[] = await eventsAfter(query, position, batchSize);
    const batch = found.filter((event) => event.position <= last);
    const end = batch.at(-1);
    if (!end) return;
    yield batch;
    position = end.position;
  }
}
