import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventName } from '../catalogue/index.ts';
import type { DomainEvent } from '../domain-event.ts';
import { CursorExpiredError, EventLogUnavailableError } from '../errors.ts';
import { withinTime } from '../shared/deadline.ts';
import { logKeys } from '../shared/log-keys.ts';
import { eventMetrics } from '../shared/metrics.ts';
import { parsePosition } from '../shared/position.ts';
import { openRedisLink, openRedisSubscriber } from '../shared/redis.ts';
import { createAnnouncements } from './announcements.ts';
import { Hub } from './hub.ts';
import { comesAfter, readAfter, readHead } from './log-reader.ts';
import { PATIENCE_MS, readWithPatience, reasonOf } from './patience.ts';
import { Subscription } from './subscription.ts';

const SWEEP_MS = 5_000;

/** Which events a subscriber wants. */
export interface EventSelector {
  names: readonly EventName[];
  /** Only events with this key; if omitted, events with any key and with none. */
  key?: string;
}

/** Events in order, without gap or duplicate. Ask for one at a time: `next()` after the previous one has answered. */
export interface EventSubscription extends AsyncIterableIterator<DomainEvent, undefined> {
  /** Everything up to here has been handed out and finished with: safe to resume after, also as a heartbeat's id. */
  readonly position: string;
  /** Whether the last event was waited for: when it came, there was nothing else to catch up with. */
  readonly isCaughtUp: boolean;
}

/** Reads the logs of all domains. Shared by everything in a process. */
export interface EventLog {
  /**
   * Events from after `after` (exclusive), or from now. Waits while Redis is filled again.
   *
   * @throws CursorExpiredError (also later, from `next()`) when `after` is older than what is retained
   * @throws EventLogUnavailableError when the log's head cannot be learned in time
   */
  subscribe(domain: string, selector: EventSelector, after?: string): Promise<EventSubscription>;
  /**
   * The last published position; `0` for a log without events.
   *
   * @throws EventLogUnavailableError
   */
  head(domain: string): Promise<string>;
  /**
   * At most `limit` events from after `after`, of all names.
   *
   * @throws CursorExpiredError when `after` is older than what is retained
   * @throws EventLogUnavailableError
   */
  read(domain: string, after: string, limit: number): Promise<DomainEvent[]>;
  /** Ends all subscriptions and connections. */
  close(): Promise<void>;
}

export interface EventLogOptions {
  redisUrl: string;
  logger: Logger;
  /** If omitted, nothing is measured. */
  metrics?: Registry;
}

/** Opens the event log. Connects by itself, and again whenever the connection is lost. */
export function createEventLog(options: EventLogOptions): EventLog {
  const metrics = eventMetrics(options.metrics);
  const hubs = new Map<string, Hub>();
  let isClosed = false;
  const refreshAll = () => {
    for (const hub of hubs.values()) void hub.refresh();
  };
  const link = openRedisLink(options.redisUrl, options.logger, refreshAll);
  const announcements = createAnnouncements(openRedisSubscriber(options.redisUrl), link.client);
  announcements.onHearingAgain(refreshAll);
  // A connection can be dead without knowing it; then nothing is heard, and this finds what was missed.
  const sweep = setInterval(refreshAll, SWEEP_MS).unref();
  const keysOf = (domain: string) => logKeys(domain, link.client.options.db ?? 0);

  /** The hub of a domain. It stays once it is made: there are few domains, and a hub at rest costs nothing. */
  function hubOf(domain: string): Hub {
    const known = hubs.get(domain);
    if (known) return known;
    const keys = keysOf(domain);
    const hub = new Hub({ domain, link, keys, logger: options.logger, metrics });
    hubs.set(domain, hub);
    // First hear, then look: what is published between the two is heard.
    const listening = announcements.listen(keys.channel, (events) => hub.onAnnounced(events));
    listening.then(
      () => hub.refresh(),
      (error) => {
        if (!isClosed) options.logger.warn({ err: error, domain }, 'Announcements cannot be heard');
      },
    );
    return hub;
  }

  /** Waits until the hub knows its place. */
  async function located(domain: string): Promise<Hub> {
    if (isClosed) throw new EventLogUnavailableError(domain, 'this process has closed it');
    const hub = hubOf(domain);
    const deadline = Date.now() + PATIENCE_MS;
    while (hub.cursor === null && !hub.isClosed && Date.now() < deadline) {
      await hub.moved.sleep(deadline - Date.now());
    }
    if (hub.cursor === null) throw new EventLogUnavailableError(domain, reasonOf(link));
    return hub;
  }

  return {
    async subscribe(domain, selector, after) {
      const from = after === undefined ? undefined : position(after);
      const hub = await located(domain);
      // What happened before now is not for a new subscriber, even if it was not heard yet.
      if (from === undefined) await withinTime(hub.refresh(), PATIENCE_MS);
      return new Subscription(hub, selector, from ?? hub.cursor ?? 0);
    },
    async head(domain) {
      return String(await readWithPatience(domain, link, () => readHead(link, keysOf(domain))));
    },
    async read(domain, after, limit) {
      const from = position(after);
      const { head, entries } = await readWithPatience(domain, link, async () => {
        const page = await readAfter(link, keysOf(domain), from, limit);
        return page.head === null ? null : { ...page, head: page.head };
      });
      const [first] = entries;
      if (head > from && !(first && comesAfter(first, from)))
        throw new CursorExpiredError(after, first ?? null);
      return entries.map(({ event }) => event);
    },
    async close() {
      isClosed = true;
      clearInterval(sweep);
      for (const hub of hubs.values()) hub.close();
      announcements.close();
      link.close();
    },
  };
}

/** @throws CursorExpiredError when the text is no position: its owner has to start anew as well */
function position(cursor: string): number {
  const value = parsePosition(cursor);
  if (value === null) throw new CursorExpiredError(cursor, null);
  return value;
}
