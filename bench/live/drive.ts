import { setTimeout as sleep } from 'node:timers/promises';
import type { Source } from './source/start-source.ts';
import type { Crowd } from './subscribers/crowd.ts';

/** How long nobody may receive anything while events are on their way. */
const stuckMs = 60_000;
/** Between two events that find out who receives. */
const callEveryMs = 1_000;

export interface Driven {
  events: number;
  /** From the first publication to the last receipt. */
  seconds: number;
}

/** Publishes until an event has reached every subscriber: from then on each must get all of them. */
export async function untilEverybodyHears(source: Source, crowd: Crowd): Promise<void> {
  const deadline = performance.now() + stuckMs;
  for (;;) {
    const number = source.publish();
    const hears = crowd.received(number).then(() => true);
    let count = -1;
    // Who is still at it is not disturbed by another one.
    while (crowd.receivers(number) > count) {
      count = crowd.receivers(number);
      if (await Promise.race([hears, sleep(callEveryMs, false)])) return;
    }
    if (performance.now() > deadline)
      throw new Error(`only ${count} of ${crowd.size} subscribers receive events`);
  }
}

/** As fast as subscribers take: so many events are on their way, and the next follows when all have received the first. */
export async function saturate(
  source: Source,
  crowd: Crowd,
  seconds: number,
  inFlight: number,
): Promise<Driven> {
  const begin = performance.now();
  const first = source.last + 1;
  for (let count = 0; count < inFlight; count++) source.publish();
  for (let number = first; number <= source.last; number++) {
    await received(crowd, number);
    if (performance.now() - begin < seconds * 1_000) source.publish();
  }
  return { events: source.last - first + 1, seconds: (performance.now() - begin) / 1_000 };
}

/** At most so many events a second, and one at a time: a server that is slower gets fewer, instead of a queue. */
export async function pace(
  source: Source,
  crowd: Crowd,
  seconds: number,
  perSecond: number,
): Promise<Driven> {
  const begin = performance.now();
  const first = source.last + 1;
  while (performance.now() - begin < seconds * 1_000) {
    await Promise.all([received(crowd, source.publish()), sleep(1_000 / perSecond)]);
  }
  return { events: source.last - first + 1, seconds: (performance.now() - begin) / 1_000 };
}

async function received(crowd: Crowd, number: number): Promise<void> {
  const abort = new AbortController();
  const stuck = sleep(stuckMs, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`event ${number} has reached ${crowd.receivers(number)} of ${crowd.size} subscribers`);
  });
  stuck.catch(() => undefined);
  try {
    await Promise.race([crowd.received(number), stuck]);
  } finally {
    abort.abort();
  }
}
