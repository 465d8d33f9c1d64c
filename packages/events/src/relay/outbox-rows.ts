import type { DomainEvent } from '../domain-event.ts';
import { seamName } from '../shared/seam.ts';

/** Runs one SQL statement on the relay's session, which holds the domain's lock. */
export type Query = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;

/** An event that has its position, ready for the log. */
export interface PositionedEvent {
  position: number;
  event: DomainEvent;
}

interface OutboxRow {
  id: string;
  name: string;
  key: string | null;
  payload: unknown;
  occurred_at: Date;
  traceparent: string | null;
  /** PostgreSQL's bigint comes as text. */
  position: string;
}

const COLUMNS =
  'outbox.id, outbox.name, outbox.key, outbox.payload, outbox.occurred_at, outbox.traceparent, outbox.position';

function toPositioned(row: OutboxRow): PositionedEvent {
  const event = {
    position: row.position,
    eventId: row.id,
    name: row.name,
    key: row.key,
    occurredAt: row.occurred_at.toISOString(),
    ...(row.traceparent !== null && { traceparent: row.traceparent }),
    payload: row.payload,
  };
  return { position: Number(row.position), event: event as DomainEvent };
}

/**
 * Gives the next positions to committed events that have none: 1, 2, 3 … without a gap, in one statement. Events are
 * numbered in the order in which their commits became visible, within that in the order of their writing.
 *
 * The newest row is never pruned, so the maximum is always there to count on from.
 *
 * @returns the events, at most `limit`, in order
 */
export async function assignPositions(query: Query, limit: number): Promise<PositionedEvent[]> {
  const rows = await query<OutboxRow>(
    `WITH fresh AS (
       SELECT id, row_number() OVER (ORDER BY sequence) AS place
       FROM (SELECT id, sequence FROM outbox WHERE position IS NULL ORDER BY sequence LIMIT $1) AS first
     ), last AS (SELECT coalesce(max(position), 0) AS position FROM outbox)
     UPDATE outbox SET position = last.position + fresh.place
     FROM fresh, last WHERE outbox.id = fresh.id
     RETURNING ${COLUMNS}`,
    [limit],
  );
  return rows.map(toPositioned).sort((a, b) => a.position - b.position);
}

/** At most `limit` events with a position after `after`, in order. */
export async function eventsAfter(query: Query, after: number, limit: number): Promise<PositionedEvent[]> {
  const rows = await query<OutboxRow>(
    `SELECT ${COLUMNS} FROM outbox WHERE position > $1 ORDER BY position LIMIT $2`,
    [after, limit],
  );
  return rows.map(toPositioned);
}

/** What the database knows of its history. */
export interface History {
  /** The last position given; 0 when there was no event yet. */
  last: number;
  /** The oldest position whose event is still kept; 0 when there is none. */
  oldest: number;
  /** How many events come after the position asked for. */
  following: number;
  /** Id of the event at the position asked for; null when that row is not there. */
  eventId: string | null;
}

/** Looks up the ends of the history, which event is at `position`, and what comes after it. */
export async function readHistory(query: Query, position: number): Promise<History> {
  const [row] = await query<{ last: string; oldest: string; following: string; event_id: string | null }>(
    `SELECT coalesce(max(position), 0) AS last, coalesce(min(position), 0) AS oldest,
       (SELECT count(*) FROM outbox WHERE position > $1) AS following,
       (SELECT id FROM outbox WHERE position = $1) AS event_id
     FROM outbox`,
    [position],
  );
  return {
    last: Number(row?.last),
    oldest: Number(row?.oldest),
    following: Number(row?.following),
    eventId: row?.event_id ?? null,
  };
}

/** The position before the newest `count` events up to `last`; 0 when there are no more than that. */
export async function positionBefore(query: Query, last: number, count: number): Promise<number> {
  const [row] = await query<{ position: string }>(
    'SELECT position FROM outbox WHERE position <= $1 ORDER BY position DESC OFFSET $2 LIMIT 1',
    [last, count],
  );
  return Number(row?.position ?? 0);
}

/** The highest of these positions at which the outbox has this event; null when there is none. */
export async function lastInOutbox(
  query: Query,
  entries: readonly { position: number; eventId: string }[],
): Promise<number | null> {
  const [row] = await query<{ position: string | null }>(
    `SELECT max(outbox.position) AS position FROM outbox
     JOIN unnest($1::bigint[], $2::text[]) AS entry (position, id)
       ON outbox.position = entry.position AND outbox.id::text = entry.id`,
    [entries.map(({ position }) => position), entries.map(({ eventId }) => eventId)],
  );
  return row?.position ? Number(row.position) : null;
}

/** Whether the history goes on anew somewhere after this position. */
export async function hasSeamAfter(query: Query, position: number): Promise<boolean> {
  const rows = await query('SELECT FROM outbox WHERE name = $1 AND position > $2 LIMIT 1', [
    seamName,
    position,
  ]);
  return rows.length > 0;
}

/**
 * The highest position among these events.
 *
 * @returns null when one of them has none yet, or is not committed
 */
export async function lastPositionOf(query: Query, eventIds: string[]): Promise<number | null> {
  const ids = [...new Set(eventIds)];
  const [row] = await query<{ placed: string; last: string | null }>(
    'SELECT count(position) AS placed, max(position) AS last FROM outbox WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return Number(row?.placed) === ids.length ? Number(row?.last) : null;
}
