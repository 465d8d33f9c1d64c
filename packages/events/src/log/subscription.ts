import type { DomainEvent } from '../domain-event.ts';
import { CursorExpiredError } from '../errors.ts';
import { isSelected } from './dispatch.ts';
import type { EventSelector, EventSubscription } from './event-log.ts';
import type { Hub } from './hub.ts';
import { comesAfter, type LogEntry } from './log-reader.ts';

const BUFFER_CAPACITY = 256;
/** The hub wakes those who wait; this is for a hub that cannot read either. */
const LOOK_AGAIN_MS = 1_000;

type Step = IteratorResult<DomainEvent, undefined>;

/**
 * One subscriber's way through the log. It is LIVE, fed by the hub through a bounded buffer, or in REPLAY, reading
 * for itself. A buffer that overflows is no loss: it is thrown away and the subscription replays. The step from
 * REPLAY to LIVE is synchronous, at the hub's cursor, so that there is neither hole nor duplicate at the seam.
 */
export class Subscription implements EventSubscription {
  readonly selector: EventSelector;
  readonly #hub: Hub;
  #mode: 'live' | 'replay';
  /** Live: entries that wait to be taken. */
  #buffer: LogEntry[] = [];
  /** Replay: entries read ahead, not filtered yet. */
  #page: LogEntry[] = [];
  /** Position of the last entry that was handed out or passed over. */
  #last: number;
  /** Position up to which the subscriber has finished. */
  #completed: number;
  #wake: (() => void) | null = null;
  #isDone = false;
  #hasWaited = false;
  /** Replay: the hub's cursor when there was nothing to read. */
  #seenCursor = -1;

  /** @param after the position to go on after */
  constructor(hub: Hub, selector: EventSelector, after: number) {
    this.#hub = hub;
    this.selector = selector;
    this.#last = after;
    this.#completed = after;
    this.#mode = after === hub.cursor ? 'live' : 'replay';
    hub.add(this);
  }

  /**
   * Only a subscriber that waits has finished with everything before. Otherwise the event it works on must not be
   * covered, or a heartbeat with this position would overtake it and a reconnect would lose it.
   */
  get position(): string {
    return String(this.#isIdle ? Math.max(this.#completed, this.#hub.cursor ?? 0) : this.#completed);
  }

  get isCaughtUp(): boolean {
    return this.#hasWaited;
  }

  get #isIdle(): boolean {
    return this.#wake !== null && this.#buffer.length === 0 && this.#mode === 'live';
  }

  /** Called by the hub for each new entry that is selected, in order. */
  push(entry: LogEntry): void {
    if (this.#isDone || this.#mode === 'replay') return;
    // Reading the stream can have run ahead of the announcements.
    if (entry.position <= this.#last) return;
    // Up to here everything was for others. Without this, the position would fall back below what it was.
    if (this.#isIdle) this.#completed = entry.position - 1;
    if (this.#buffer.length >= BUFFER_CAPACITY) {
      this.#replayFrom(this.#last);
    } else {
      this.#buffer.push(entry);
    }
    this.#wake?.();
  }

  /** Called by the hub before its cursor jumps: from here on the subscription reads for itself. */
  fallBack(): void {
    if (this.#isDone || this.#mode === 'replay') return;
    if (this.#isIdle) this.#completed = Math.max(this.#last, this.#hub.cursor ?? 0);
    this.#replayFrom(this.#buffer.length === 0 ? Math.max(this.#last, this.#hub.cursor ?? 0) : this.#last);
    this.#wake?.();
  }

  async next(): Promise<Step> {
    this.#completed = this.#last;
    this.#hasWaited = false;
    for (;;) {
      if (this.#isDone) return { value: undefined, done: true };
      const entry = this.#mode === 'live' ? this.#takeLive() : await this.#takeReplayed();
      if (this.#isDone) continue;
      if (!entry) {
        this.#hasWaited = true;
        await this.#news();
        continue;
      }
      this.#last = entry.position;
      return { value: entry.event, done: false };
    }
  }

  async return(): Promise<Step> {
    this.end();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<Step> {
    this.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  /** Ends the iteration; a `next()` that waits answers that it is done. */
  end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#buffer = [];
    this.#page = [];
    this.#hub.remove(this);
    this.#wake?.();
    this.#hub.moved.wake();
  }

  #replayFrom(position: number): void {
    this.#mode = 'replay';
    this.#buffer = [];
    this.#page = [];
    this.#last = position;
  }

  #takeLive(): LogEntry | undefined {
    const entry = this.#buffer.shift();
    // With an empty buffer, everything up to the hub's cursor was for others.
    if (!entry) this.#last = Math.max(this.#last, this.#hub.cursor ?? 0);
    return entry;
  }

  /** The next selected entry; undefined when the mode has changed or there is nothing to read now. */
  async #takeReplayed(): Promise<LogEntry | undefined> {
    for (;;) {
      for (let entry = this.#page.shift(); entry; entry = this.#page.shift()) {
        if (isSelected(this.selector, entry.event)) return entry;
        // Nothing is in the subscriber's hands while it waits here.
        this.#last = entry.position;
        this.#completed = entry.position;
      }
      if (this.#isDone) return undefined;
      const hubCursor = this.#hub.cursor ?? 0;
      if (this.#last === hubCursor) {
        this.#mode = 'live';
        return undefined;
      }
      const page = this.#hub.recent(this.#last) ?? (await this.#readPage());
      if (page === null) {
        this.#seenCursor = hubCursor;
        return undefined;
      }
      this.#page = page;
    }
  }

  /** @returns null when the log does not reach back to the cursor now, but will */
  async #readPage(): Promise<LogEntry[] | null> {
    const from = this.#last;
    const page = await this.#hub.page(from).catch(() => null);
    if (this.#isDone || page === null || page.head === null || page.head === from) return null;
    const { head, isVerified, entries } = page;
    // Beyond the head: Redis has been set back and will be filled up to here again, unless that has been done.
    if (head < from) return isVerified ? this.#expire(null) : null;
    const first = entries[0];
    return first && comesAfter(first, from) ? entries : this.#expire(first ?? null);
  }

  #expire(next: LogEntry | null): never {
    const cursor = String(this.#last);
    this.end();
    throw new CursorExpiredError(cursor, next);
  }

  /** Waits until there may be something to take. */
  async #news(): Promise<void> {
    if (this.#mode === 'replay') {
      if (this.#hub.cursor === this.#seenCursor) await this.#hub.moved.sleep(LOOK_AGAIN_MS);
      return;
    }
    if (this.#buffer.length > 0 || this.#isDone) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }
}
