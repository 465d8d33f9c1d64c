import { setImmediate as turn } from 'node:timers/promises';
import type { Engine, EngineSubscribeOptions, PlannedSubscription, SubscriptionFrame } from '@kronos/engine';
import { createLogger } from '@kronos/service';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { ownContext } from '../context.ts';
import type { Events } from './frame.ts';
import { createGroups, type Groups, type Place } from './groups.ts';
import type { Ending, Sink } from './member.ts';
import { createLiveMetrics } from './metrics.ts';

/** A number generator with a seed (mulberry32): a run that fails can be run again. */
function createRandom(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit: number) => Math.floor(next() * limit),
    oneIn: (count: number) => next() * count < 1,
  };
}
type Random = ReturnType<typeof createRandom>;

/** A log in which every third position is for somebody else, and streams that read it at their own pace. */
class Log {
  head = 0;
  open = 0;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  static isVisible(position: number): boolean {
    return position % 3 !== 0;
  }

  async *read({ after, signal }: EngineSubscribeOptions): AsyncGenerator<SubscriptionFrame, void> {
    this.open++;
    try {
      for (let opening = this.#random.below(4); opening > 0; opening--) await turn();
      let position = after === undefined ? this.head : Number(after);
      if (this.#random.oneIn(2)) yield { kind: 'position', cursor: String(position) };
      while (!signal.aborted) {
        if (position === this.head || this.#random.oneIn(4)) {
          await turn();
          continue;
        }
        position++;
        const cursor = String(position);
        if (Log.isVisible(position)) {
          yield { kind: 'event', cursor, context: {}, result: { data: { position } } };
        } else if (this.#random.oneIn(2)) yield { kind: 'position', cursor };
      }
    } finally {
      this.open--;
    }
  }
}

/** A client that reads as it likes, leaves and comes back after its last cursor. */
class Client implements Sink {
  /** Events after this one are expected. */
  base: number | undefined;
  lastId: string | undefined;
  readonly received: number[] = [];
  readonly endings: Ending[] = [];
  place: Place | undefined;
  isFull = false;
  /** How often it was given several events at once. */
  bursts = 0;

  event({ frames }: Events): boolean {
    if (frames.length > 1) this.bursts++;
    for (const { cursor, result } of frames) {
      this.received.push(JSON.parse(result).data.position);
      this.#remember(cursor!);
      this.base ??= Number(cursor) - 1;
    }
    this.isFull = this.isFull || this.random.oneIn(8);
    return !this.isFull;
  }

  position(cursor: string): void {
    this.base ??= Number(cursor);
    this.#remember(cursor);
  }

  end(ending: Ending): void {
    this.endings.push(ending);
    this.place = undefined;
  }

  readonly random: Random;
  constructor(random: Random) {
    this.random = random;
  }

  act(groups: Groups, isOver: boolean): void {
    if (!this.place) {
      if (!isOver && this.random.oneIn(3)) return;
      this.isFull = false;
      this.place = groups.join({
        planned,
        context: ownContext(nobody),
        after: this.lastId,
        sink: this,
        onEnd: (ending) => this.end(ending),
      });
    } else if (this.isFull && (isOver || this.random.oneIn(6))) {
      this.isFull = false;
      this.place.onDrain();
    } else if (!isOver && this.random.oneIn(40)) {
      this.place.leave();
      this.place = undefined;
    } else if (this.place.position !== undefined && this.random.oneIn(5)) this.position(this.place.position);
  }

  #remember(cursor: string): void {
    expect(Number(cursor)).toBeGreaterThanOrEqual(Number(this.lastId ?? 0));
    this.lastId = cursor;
  }
}

const nobody = { key: 'anonymous', viewer: null };
const planned = { key: 'plan', state: {}, variables: {} } as unknown as PlannedSubscription;

test.each(Array.from({ length: 30 }, (_, index) => index + 1))(
  'whoever leaves, is slow, is cut off and comes back gets every event once and in order (seed %i)',
  async (seed) => {
    const random = createRandom(seed);
    const log = new Log(random);
    const metrics = createLiveMetrics(new Registry());
    const groups = createGroups({
      engine: { subscribe: (_planned, options) => log.read(options) } as Pick<Engine, 'subscribe'>,
      sharedScopeOf: () => 'CREDENTIAL',
      logger: createLogger({ name: 'test', level: 'silent' }),
      metrics,
      ring: { frames: 1 + random.below(12) },
    });
    const clients = Array.from({ length: 12 }, () => new Client(random));
    for (let step = 0; step < 1_500; step++) {
      if (random.oneIn(3)) log.head += random.below(4);
      for (const client of clients) if (random.oneIn(3)) client.act(groups, false);
      if (random.oneIn(2)) await turn();
      const { value } = (await metrics.upstreams.get()).values[0]!;
      expect(value).toBeLessThanOrEqual(3);
    }
    const isServed = ({ lastId, received }: Client) =>
      Number(lastId) >= log.head - 2 && (received.at(-1) ?? log.head) >= log.head - 2;
    for (let step = 0; step < 20_000 && !clients.every(isServed); step++) {
      for (const client of clients) client.act(groups, true);
      await turn();
    }
    for (const { base, received, lastId } of clients) {
      const expected: number[] = [];
      for (let position = base! + 1; position <= Number(lastId); position++) {
        if (Log.isVisible(position)) expected.push(position);
      }
      expect(received).toEqual(expected);
      expect(Number(lastId)).toBeGreaterThanOrEqual(log.head - 2);
    }
    expect(clients.some(({ bursts }) => bursts > 0)).toBe(true);
    for (const client of clients) client.place?.leave();
    await turn();
    expect(groups.size).toBe(0);
    for (let step = 0; step < 20 && log.open > 0; step++) await turn();
    expect(log.open).toBe(0);
    expect((await metrics.upstreams.get()).values[0]!.value).toBe(0);
  },
);
