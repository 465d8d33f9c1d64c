import type { Logger } from 'pino';
import type { DomainEvent } from '../domain-event.ts';
import type { LogKeys } from '../shared/log-keys.ts';
import type { EventMetrics } from '../shared/metrics.ts';
import type { RedisLink } from '../shared/redis.ts';
import { WakeUp } from '../shared/wake-up.ts';
import { Dispatch } from './dispatch.ts';
import { comesAfter, type LogEntry, readAfter, readHead, toLogEntry } from './log-reader.ts';
import { Ring } from './ring.ts';
import type { Subscription } from './subscription.ts';

const PAGE = 500;
const RING_CAPACITY = 1024;
const RETRY_MS = 250;

export interface HubOptions {
  domain: string;
  link: RedisLink;
  keys: LogKeys;
  logger: Logger;
  metrics: EventMetrics;
}

/**
 * Follows one domain's log for all subscribers of a process: every event passes here once, in order and without a
 * gap, whether announced or read from the stream.
 */
export class Hub {
  readonly #options: HubOptions;
  readonly #dispatch = new Dispatch<Subscription>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #ring = new Ring(RING_CAPACITY);
  /** Woken whenever the hub has moved or looked in vain. */
  readonly moved = new WakeUp();
  #cursor: number | null = null;
  #isClosed = false;
  #isReading = false;
  #reading: Promise<void> = Promise.resolve();
  #isStale = false;
  #retry: NodeJS.Timeout | null = null;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  get domain(): string {
    return this.#options.domain;
  }

  /** Position of the last event that has passed; null until the log's head is known. */
  get cursor(): number | null {
    return this.#cursor;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes an announcement. It counts only when it follows what has passed; otherwise the stream is read. */
  onAnnounced(events: DomainEvent[]): void {
    let isMissing = events.length === 0;
    for (const event of events) {
      const entry = toLogEntry(event);
      if (this.#cursor !== null && entry.position <= this.#cursor) continue;
      if (this.#cursor !== null && comesAfter(entry, this.#cursor)) this.#accept(entry);
      else isMissing = true;
    }
    this.moved.wake();
    if (isMissing) void this.refresh();
  }

  /** Reads what has not been heard. Resolves when there is nothing more to read, or it cannot be read now. */
  refresh(): Promise<void> {
    this.#isStale = true;
    if (!this.#isReading) this.#reading = this.#read();
    return this.#reading;
  }

  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
    this.#dispatch.add(subscription);
  }

  remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    this.#dispatch.remove(subscription);
  }

  /** Entries after `position` from memory; null when it does not reach back that far. */
  recent(position: number): LogEntry[] | null {
    return this.#ring.after(position);
  }

  /** A page of entries after `position` from Redis. */
  page(position: number) {
    return readAfter(this.#options.link, this.#options.keys, position, PAGE);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#retry) clearTimeout(this.#retry);
    for (const subscription of [...this.#subscriptions]) subscription.end();
    this.moved.wake();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      try {
        if (!this.#options.link.ready) break;
        await (this.#cursor === null ? this.#findHead() : this.#readOn(this.#cursor));
      } catch {
        this.#retrySoon();
      }
      this.moved.wake();
    }
    this.#isReading = false;
  }

  async #findHead(): Promise<void> {
    const head = await readHead(this.#options.link, this.#options.keys);
    if (head === null) return this.#retrySoon();
    this.#cursor = head;
  }

  async #readOn(from: number): Promise<void> {
    const { head, isVerified, entries } = await this.page(from);
    if (this.#isClosed) return;
    // Emptied or set back: the relay fills it again under the same positions, so what has passed stays valid.
    if (head === null) return this.#retrySoon();
    if (head < from) return isVerified ? this.#jump(head) : this.#retrySoon();

    for (const entry of entries) {
      // Announcements may have come while the stream was read.
      if (entry.position <= (this.#cursor ?? 0)) continue;
      if (!comesAfter(entry, this.#cursor ?? 0)) this.#jump(entry.previous);
      this.#options.metrics.gaps.inc({ domain: this.domain });
      this.#accept(entry);
    }
    if (head <= (this.#cursor ?? 0)) return;
    if (entries.length > 0) this.#isStale = true;
    else this.#retrySoon();
  }

  #accept(entry: LogEntry): void {
    this.#cursor = entry.position;
    this.#ring.push(entry);
    this.#dispatch.forEach(entry.event, (subscription) => subscription.push(entry));
  }

  /** Goes on elsewhere, because the log does not continue here. Each subscription finds out what that means to it. */
  #jump(position: number): void {
    this.#options.logger.warn(
      { domain: this.domain, from: this.#cursor, to: position },
      'The event log does not continue where it was left',
    );
    for (const subscription of this.#subscriptions) subscription.fallBack();
    this.#ring.clear();
    this.#cursor = position;
  }

  #retrySoon(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      void this.refresh();
    }, RETRY_MS);
  }
}
