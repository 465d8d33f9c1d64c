import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Redis } from 'ioredis';
import type { DomainEvent } from '../domain-event.ts';

/** Hears what relays announce. Hearing is quick but not certain: the stream has the truth. */
export interface Announcements {
  /** Calls back at each announcement. Resolves when Redis has acknowledged, however long that takes. */
  listen(channel: string, onEvents: (events: DomainEvent[]) => void): Promise<void>;
  /** Calls back when a broken connection hears again; what was announced in between is missing. */
  onHearingAgain(listener: () => void): void;
  close(): void;
}

/**
 * Announcements by graphql-redis-subscriptions. Its async iterator is not used: its queue has no bound and it
 * subscribes only at the first `next()`.
 *
 * @param publisher any connection to the same Redis; graphql-redis-subscriptions opens one of its own without it
 */
export function createAnnouncements(subscriber: Redis, publisher: Redis): Announcements {
  guardAgainstRejections(subscriber);
  const pubsub = new RedisPubSub({ publisher, subscriber });
  const channels = new Set<string>();
  const listeners = new Set<() => void>();

  subscriber.on('ready', async () => {
    // ioredis subscribes again by itself but does not say when Redis has taken it; this answer does.
    try {
      if (channels.size > 0) await subscriber.subscribe(...channels);
    } catch {
      return;
    }
    for (const listener of listeners) listener();
  });

  return {
    async listen(channel, onEvents) {
      channels.add(channel);
      // The same command twice: of a failure only our own is told.
      await Promise.all([subscriber.subscribe(channel), pubsub.subscribe(channel, onEvents)]);
    },
    onHearingAgain(listener) {
      listeners.add(listener);
    },
    close: () => subscriber.disconnect(),
  };
}

/**
 * graphql-redis-subscriptions and ioredis' own resubscription drop the promises of these commands: on a connection
 * that closes they would be unhandled rejections, which end the process. Of a failed command graphql-redis-subscriptions
 * is not told at all, because it rejects a promise of its own that nobody can reach.
 */
function guardAgainstRejections(subscriber: Redis): void {
  for (const command of ['subscribe', 'unsubscribe', 'punsubscribe'] as const) {
    const original = subscriber[command].bind(subscriber) as (...parameters: unknown[]) => Promise<unknown>;
    const guarded = (...parameters: unknown[]) => {
      const done = parameters.at(-1);
      const answer = original(...(typeof done === 'function' ? parameters.slice(0, -1) : parameters));
      answer.then(
        () => typeof done === 'function' && done(null),
        () => {},
      );
      return answer;
    };
    Object.assign(subscriber, { [command]: guarded });
  }
}
