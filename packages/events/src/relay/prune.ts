import type { Retention } from '../retention.ts';
import type { Query } from './outbox-rows.ts';

/**
 * Deletes events that were published long ago, and inbox rows that no delivery can meet any more.
 *
 * The outbox is cut at a position, not row by row by age, so what stays has no gap. The row at the head stays always:
 * the next position is counted from it.
 *
 * @param head the last published position; nothing from there on is touched
 */
export async function prune(query: Query, head: number, retention: Retention): Promise<void> {
  await query(
    `DELETE FROM outbox WHERE position < least($1::bigint, greatest(
       coalesce((SELECT position FROM outbox WHERE position <= $1 ORDER BY position DESC OFFSET $2::bigint - 1 LIMIT 1), 0),
       coalesce((SELECT min(position) FROM outbox WHERE occurred_at >= now() - $3 * interval '1 millisecond'), $1)
     ))`,
    [head, retention.outboxRows, retention.outboxAgeMs],
  );
  await query(`DELETE FROM inbox WHERE processed_at < now() - $1 * interval '1 millisecond'`, [
    retention.inboxAgeMs,
  ]);
  await query(
    `DELETE FROM inbox USING (
       SELECT consumer, event_id, row_number() OVER (PARTITION BY consumer ORDER BY processed_at DESC) AS place
       FROM inbox
     ) AS ranked
     WHERE ranked.place > $1 AND inbox.consumer = ranked.consumer AND inbox.event_id = ranked.event_id`,
    [retention.inboxRows],
  );
}
