import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { type EventName, eventNamesOf } from '../catalogue/index.ts';
import type { DomainEvent } from '../domain-event.ts';
import { CursorExpiredError, EventLogUnavailableError } from '../errors.ts';
import type { EventLog, EventSubscription } from '../log/event-log.ts';
import { backoffMs } from '../shared/backoff.ts';
import { withinTime } from '../shared/deadline.ts';
import { eventMetrics } from '../shared/metrics.ts';
import { createOutage } from '../shared/outage.ts';
import { giveWay } from '../shared/right-of-way.ts';
import { traceEffect, traceIdOf } from '../shared/traces.ts';
import { WakeUp } from '../shared/wake-up.ts';
import { applyOnce } from './apply-once.ts';
import type { ConsumerDatabase, ConsumerTables } from './consumer-database.ts';
import { type Offset, openOffset, positionBeforeOldest } from './offset.ts';

/** For progress that is not announced: events whose names this version does not know. */
const LOOK_AGAIN_MS = 50;

type Handler<Transaction> = (transaction: Transaction, event: DomainEvent) => Promise<void>;

/** What to do for an event: its effect, written with the given transaction. */
export type Handlers<Transaction> = {
  [Name in EventName]?: (transaction: Transaction, event: DomainEvent<Name>) => Promise<void>;
};

/** Lets the events of one domain have their effect in another: once each, in order. */
export interface Consumer {
  start(): void;
  /**
   * Resolves when everything that was in the log at the call has had its effect.
   *
   * @param timeoutMs default 2000
   * @throws EventLogUnavailableError when the time was not enough
   */
  catchUp(timeoutMs?: number): Promise<void>;
  /** Waits for the effect in progress. */
  close(): Promise<void>;
}

export interface ConsumerOptions<Transaction extends ConsumerTables> {
  /** Stands in the inbox and the offset; keep it for ever, or every effect happens again. */
  name: string;
  /** The domain whose events are consumed. */
  domain: string;
  /** The Prisma client of the consuming domain. */
  database: ConsumerDatabase<Transaction>;
  log: EventLog;
  handlers: Handlers<Transaction>;
  logger: Logger;
  /** If omitted, nothing is measured. */
  metrics?: Registry;
}

/** Creates a consumer. It may run in many processes at once: an effect still happens once. */
export function createConsumer<Transaction extends ConsumerTables>(
  options: ConsumerOptions<Transaction>,
): Consumer {
  const { name, domain, database, log, handlers } = options;
  const key = { consumer: name, domain };
  const logger = options.logger.child({ consumer: name, domain });
  const reading = createOutage(logger, 'Reading events');
  const effects = createOutage(logger, 'The effect of an event');
  const { consumed } = eventMetrics(options.metrics);
  const closing = new WakeUp();
  const progress = new WakeUp();
  let offset: Offset | null = null;
  let subscription: EventSubscription | null = null;
  let isStarted = false;
  let working: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  async function run(): Promise<void> {
    for (let attempt = 0; !isClosed; attempt += 1) {
      try {
        offset ??= await openOffset(database, key);
        for await (const event of await follow(offset)) {
          const consuming = consume(event, offset);
          working = consuming.catch(() => {});
          if (!(await consuming) || isClosed) break;
          attempt = 0;
        }
      } catch (error) {
        if (error instanceof CursorExpiredError && offset)
          await goElsewhere(offset, error).catch(reading.failed);
        else if (!isClosed) reading.failed(error);
      }
      subscription = null;
      if (!isClosed) await closing.sleep(backoffMs(attempt, 2_000));
    }
  }

  async function follow(from: Offset): Promise<EventSubscription> {
    // All events of the domain, because the offset has to pass those without a handler too.
    const opened = await log.subscribe(domain, { names: eventNamesOf(domain) }, String(from.position));
    reading.works();
    if (isClosed) await opened.return?.();
    subscription = opened;
    progress.wake();
    return opened;
  }

  /** @returns false when the effect has failed and has to be tried again */
  async function consume(event: DomainEvent, at: Offset): Promise<boolean> {
    const handler = handlers[event.name] as Handler<Transaction> | undefined;
    // Without a handler, too: what was written in the same transaction comes right behind.
    if (subscription?.isCaughtUp) await giveWay();
    if (handler) {
      try {
        await traceEffect(key, event, () => applyOnce(database, key, event, handler));
      } catch (error) {
        consumed.inc({ ...key, outcome: 'failed' });
        effects.failed(error, { eventId: event.eventId, traceId: traceIdOf(event) });
        return false;
      }
      consumed.inc({ ...key, outcome: 'processed' });
      effects.works();
    }
    await at.passed(Number(event.position), handler !== undefined);
    progress.wake();
    return true;
  }

  /**
   * Goes on where the log does: when the domain was restored from a backup, after the last event that it still has of those
   * that had their effect; otherwise from the oldest event there is. What is lost by that cannot be had again.
   */
  async function goElsewhere(from: Offset, error: CursorExpiredError): Promise<void> {
    const to = error.goesOnAfter ?? (await positionBeforeOldest(log, domain));
    const details = { err: error, from: from.position, to: Number(to) };
    if (details.to < details.from)
      logger.warn(details, 'The events of a domain were set back: going back, too');
    else if (!from.isNew) logger.error(details, 'Events were lost to a consumer');
    await from.moveTo(details.to);
  }

  /** Everything up to here has had its effect. The subscription also knows of events that were not for us. */
  function position(): number {
    return Math.max(offset?.position ?? -1, Number(subscription?.position ?? -1));
  }

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      void run();
    },
    async catchUp(timeoutMs = 2_000) {
      const deadline = Date.now() + timeoutMs;
      const head = await withinTime(log.head(domain), timeoutMs);
      if (head === undefined) throw new EventLogUnavailableError(domain, 'its head was not learned in time');
      while (position() < Number(head)) {
        const left = deadline - Date.now();
        if (left <= 0)
          throw new EventLogUnavailableError(domain, `${name} is behind at ${position()} of ${head}`);
        await progress.sleep(Math.min(left, LOOK_AGAIN_MS));
      }
    },
    async close() {
      isClosed = true;
      closing.wake();
      await subscription?.return?.();
      // Not for the loop itself: it may be waiting for a log that is away.
      await working;
      await offset?.note().catch(() => {});
    },
  };
}
