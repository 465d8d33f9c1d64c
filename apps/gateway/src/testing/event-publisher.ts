import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

/** Publishes events of one domain to its log, as the domain's relay does. */
export interface EventPublisher extends Disposable {
  publish(name: string, key: string, payload: Record<string, unknown>): Promise<void>;
}

/** @param domain whose log holds nothing yet */
export function createEventPublisher(redisUrl: string, domain: string): EventPublisher {
  const redis = new Redis(redisUrl);
  const database = Number(new URL(redisUrl).pathname.slice(1) || '0');
  const stream = `kronos:events:${domain}`;
  let position = 0;
  return {
    async publish(name, key, payload) {
      position++;
      const occurredAt = new Date().toISOString();
      const event = JSON.stringify({
        position: String(position),
        eventId: randomUUID(),
        name,
        key,
        occurredAt,
        payload,
      });
      await redis
        .multi()
        .xadd(stream, `${position}-0`, 'event', event)
        .set(`${stream}:head`, position)
        .publish(database === 0 ? stream : `${stream}@${database}`, `[${event}]`)
        .exec();
    },
    [Symbol.dispose]: () => redis.disconnect(),
  };
}
