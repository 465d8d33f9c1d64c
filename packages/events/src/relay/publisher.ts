import type { Logger } from 'pino';
import { personalEventsOf } from '../catalogue/index.ts';
import { erasedEvent } from '../catalogue/personal-data.ts';
import type { Retention } from '../retention.ts';
import type { EventMetrics } from '../shared/metrics.ts';
import { traceSending } from '../shared/traces.ts';
import type { LogWriter } from './log-writer.ts';
import { assignPositions, eventsAfter, type PositionedEvent, type Query } from './outbox-rows.ts';
import { type Finding, reconcile, rewrite } from './reconcile.ts';

const BATCH_SIZE = 500;

const REPAIRS: Record<Exclude<Finding, 'sound'>, string> = {
  lost: 'Redis has lost the event log; writing it again from the outbox',
  'other-history': 'The event log is of another history than the database; replacing it',
};

export interface PublisherOptions {
  domain: string;
  writer: LogWriter;
  /** Whether Redis can be spoken to now. */
  isLogReachable(): boolean;
  retention: Retention;
  logger: Logger;
  metrics: EventMetrics;
  /** Called when events have come into the log. */
  onProgress(): void;
}

/** Moves events from the outbox to the log. To be used by the one who holds the domain's lock. */
export class Publisher {
  readonly #options: PublisherOptions;
  #head: number | null = null;
  /** The highest head seen, to notice a Redis that has forgotten the last events only. */
  #reached = 0;
  #isVerified = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** The log's head as this publisher left it; null when it has to look first. */
  get head(): number | null {
    return this.#head;
  }

  /** Makes the next pass look at the log instead of trusting what it knows. */
  doubt(): void {
    this.#head = null;
  }

  /**
   * Gives positions to all committed events and appends what the log lacks. Without Redis, positions are given all
   * the same: they fix the order of commits.
   */
  async pass(query: Query): Promise<void> {
    for (;;) {
      const assigned = await assignPositions(query, BATCH_SIZE);
      if (this.#options.isLogReachable()) await this.#publish(query, assigned);
      else this.doubt();
      if (assigned.length < BATCH_SIZE) return;
    }
  }

  async #publish(query: Query, assigned: PositionedEvent[]): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      this.#head ??= await this.#reconcile(query);
      if (this.#head !== null && (await this.#append(query, this.#head, assigned))) return this.#verify();
      this.doubt();
    }
  }

  /** @returns false when the log is not as it was left, and has to be looked at again */
  async #append(query: Query, head: number, assigned: PositionedEvent[]): Promise<boolean> {
    const follows = assigned[0]?.position === head + 1;
    let batch = follows ? assigned : await eventsAfter(query, head, BATCH_SIZE);
    for (;;) {
      const last = batch.at(-1)?.position;
      if (last === undefined) return true;
      const begunAt = Date.now();
      if (!(await this.#write(query, this.#head ?? head, batch, last))) return false;
      this.#advance(last);
      traceSending(this.#options.domain, batch, begunAt);
      this.#measure(batch);
      batch = batch.length < BATCH_SIZE ? [] : await eventsAfter(query, last, BATCH_SIZE);
    }
  }

  /** Appends to the log or, when what it says of somebody has been overwritten in the outbox, writes it anew. */
  async #write(query: Query, head: number, batch: PositionedEvent[], last: number): Promise<boolean> {
    const { domain, writer, retention } = this.#options;
    const isScrubbed =
      personalEventsOf(domain).length > 0 && batch.some(({ event }) => event.name === erasedEvent(domain));
    if (!isScrubbed) return (await writer.append(batch)) === last;
    const options = { query, writer, streamEntries: retention.streamEntries, batchSize: BATCH_SIZE };
    return rewrite(options, head, last);
  }

  #advance(head: number): void {
    this.#head = head;
    this.#reached = Math.max(this.#reached, head);
    this.#options.onProgress();
  }

  async #reconcile(query: Query): Promise<number | null> {
    const { writer, retention } = this.#options;
    const log = await reconcile({
      query,
      writer,
      streamEntries: retention.streamEntries,
      batchSize: BATCH_SIZE,
      onRepair: (finding) => this.#onRepair(finding),
    });
    if (log === null) return null;
    this.#isVerified = log.isVerified;
    if (log.head < this.#reached) {
      this.#noteRepair('Redis has lost the last events of the log; appending them again');
    }
    this.#advance(log.head);
    return log.head;
  }

  /** All that the outbox holds is in the log now. */
  async #verify(): Promise<void> {
    if (this.#isVerified || this.#head === null) return;
    await this.#options.writer.verify(this.#head);
    this.#isVerified = true;
  }

  #onRepair(finding: Exclude<Finding, 'sound'>): void {
    const isFirstLook = this.#reached === 0;
    this.#reached = 0;
    // After a start it cannot be told from a log that was never written.
    if (isFirstLook && finding === 'lost') this.#options.logger.info('Writing the event log from the outbox');
    else this.#noteRepair(REPAIRS[finding]);
  }

  #noteRepair(message: string): void {
    const { domain, logger, metrics } = this.#options;
    metrics.refills.inc({ domain });
    logger.warn(message);
  }

  #measure(batch: PositionedEvent[]): void {
    const { domain, metrics } = this.#options;
    const now = Date.now();
    metrics.appended.inc({ domain }, batch.length);
    for (const { event } of batch) {
      metrics.relayLag.observe({ domain }, Math.max(0, now - Date.parse(event.occurredAt)) / 1000);
    }
  }
}
