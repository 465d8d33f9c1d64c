/**
 * Where a subscription's position is kept between one run of a consumer and the next.
 *
 * A cursor belongs to one subscription: give each a store of its own.
 */
export interface CursorStore {
  /** The cursor that was saved last; undefined when there is none yet. Nothing is kept when omitted. */
  load?(): string | undefined | Promise<string | undefined>;
  /**
   * Keeps a cursor. It is waited for before the next event is given out; what it throws ends the subscription.
   *
   * Called for events that have been handled, and for positions beyond events that were for others.
   */
  save(cursor: string): void | Promise<void>;
}
