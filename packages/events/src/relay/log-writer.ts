import { randomUUID } from 'node:crypto';
import type { LogKeys } from '../shared/log-keys.ts';
import type { RedisLink } from '../shared/redis.ts';
import type { PositionedEvent } from './outbox-rows.ts';
import { APPEND, REPLACE, STATE, VERIFY } from './scripts.ts';

/** What a domain's log in Redis looks like at one moment. */
export interface LogState {
  /** Null: Redis has lost its memory. */
  head: number | null;
  /** Whether the log was found complete since the server started. */
  isVerified: boolean;
  /** The last entry of the stream; null when it is empty. */
  lastEntry: { position: number; eventId: string } | null;
}

type StateAnswer = [
  head: string | null,
  verified: string | null,
  rows: [id: string, fields: [string, string]][],
];

/** Writes a domain's log in Redis. Every step is atomic there, and safe to repeat. */
export class LogWriter {
  readonly #link: RedisLink;
  readonly #keys: LogKeys;
  readonly #streamEntries: number;

  constructor(link: RedisLink, keys: LogKeys, streamEntries: number) {
    this.#link = link;
    this.#keys = keys;
    this.#streamEntries = streamEntries;
  }

  async state(): Promise<LogState> {
    const answer = await this.#link.client.eval(
      STATE,
      3,
      this.#keys.stream,
      this.#keys.head,
      this.#keys.verified,
    );
    const [head, verified, last] = answer as StateAnswer;
    const [entry] = last;
    return {
      head: head === null ? null : Number(head),
      isVerified: verified !== null && verified === this.#link.run,
      lastEntry: entry ? toIdentity(entry) : null,
    };
  }

  /** At most `limit` entries before a position, the newest first. */
  async entriesBefore(position: number, limit: number): Promise<{ position: number; eventId: string }[]> {
    const { stream } = this.#keys;
    const rows = await this.#link.client.xrevrange(stream, `(${position}-0`, '-', 'COUNT', limit);
    return rows.map(toIdentity);
  }

  /** The last published position; null when Redis has lost its memory. */
  async head(): Promise<number | null> {
    const head = await this.#link.client.get(this.#keys.head);
    return head === null ? null : Number(head);
  }

  /**
   * Appends and announces what of these events is not in the log yet.
   *
   * @param events in order
   * @returns the log's head afterwards; -1 when the log does not reach up to the first of them, or positions leap between them,
   * and nothing was done: `replace` writes such a log
   */
  async append(events: PositionedEvent[]): Promise<number> {
    const first = events[0]?.position;
    if (first === undefined) throw new RangeError('There is nothing to append');
    if (events.at(-1)!.position - first !== events.length - 1) return -1;
    const { stream, head, channel } = this.#keys;
    const entries = events.map(({ event }) => JSON.stringify(event));
    const reached = await this.#link.client.eval(
      APPEND,
      2,
      stream,
      head,
      channel,
      this.#streamEntries,
      first,
      ...entries,
    );
    return Number(reached);
  }

  /** Notes that the log is complete up to its head, unless that has changed. */
  async verify(expected: number): Promise<void> {
    await this.#link.client.eval(
      VERIFY,
      2,
      this.#keys.head,
      this.#keys.verified,
      expected,
      this.#link.run ?? '',
    );
  }

  /**
   * Puts another stream in the place of the present one, in a single step: readers see the old or the new, never a
   * part.
   *
   * @param expected the head the log was seen with; nothing happens when it has changed since
   * @param batches the events of the new stream: all that are retained
   * @param newHead the head of the new stream
   * @returns whether the log was replaced
   */
  async replace(
    expected: number | null,
    batches: AsyncIterable<PositionedEvent[]>,
    newHead: number,
  ): Promise<boolean> {
    const { stream, head, verified, channel } = this.#keys;
    const draft = `${stream}:draft:${randomUUID()}`;
    let length = 0;
    for await (const batch of batches) {
      const pipeline = this.#link.client.pipeline();
      for (const { position, event } of batch) {
        pipeline.xadd(draft, `${position}-0`, 'event', JSON.stringify(event));
      }
      // Should this process end now, its draft goes by itself.
      pipeline.expire(draft, 600);
      const answers = (await pipeline.exec()) ?? [];
      const failure = answers.find(([error]) => error)?.[0];
      if (failure) throw failure;
      length += batch.length;
    }
    const replaced = await this.#link.client.eval(
      REPLACE,
      4,
      draft,
      stream,
      head,
      verified,
      expected ?? '',
      length,
      newHead,
      this.#link.run ?? '',
      channel,
    );
    return replaced === 1;
  }
}

function toIdentity([id, fields]: [id: string, fields: string[]]): { position: number; eventId: string } {
  return { position: Number(id.split('-')[0]), eventId: JSON.parse(fields[1]!).eventId };
}
