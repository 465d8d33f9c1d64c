import { seamName } from '../shared/seam.ts';
import type { Query } from './outbox-rows.ts';

/**
 * Lets the history in an outbox go on after a position as one of its own, when the events that once followed there are not in
 * it any more but may have been read: after a restore from a backup. What comes from now on has positions that nobody can
 * have seen, and whoever has read beyond the seam finds out by that, and after which event they have to go on.
 *
 * The new positions begin at the microseconds since 1970, which no history reaches by counting.
 *
 * @param query runs one statement on the domain's database
 * @param after the last position that is the same in both histories; 0 for none. What the outbox has after it is moved beyond
 *   the seam, in its order
 */
export async function continueHistory(query: Query, after: number): Promise<void> {
  await query(
    `WITH seam AS (
       SELECT greatest(
         (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, coalesce(max(position), 0) + 1
       ) AS position FROM outbox
     ), later AS (
       SELECT id, row_number() OVER (ORDER BY position) AS place FROM outbox WHERE position > $1::bigint
     ), moved AS (
       UPDATE outbox SET position = seam.position + later.place FROM seam, later WHERE outbox.id = later.id
     )
     INSERT INTO outbox (id, name, payload, position)
     SELECT gen_random_uuid(), $2::text, jsonb_build_object('after', $1::bigint::text), seam.position FROM seam`,
    [after, seamName],
  );
}
