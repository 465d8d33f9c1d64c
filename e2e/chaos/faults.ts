import type { Inbox } from './consumers/consumer.ts';
import type { Random } from './random.ts';
import { type ChaosSystem, type PartName, parts } from './system.ts';
import type { Wire } from './wire.ts';

/** What can break, and what it is called in the figures. */
export const faultKinds = {
  cut: 'a client was cut off',
  stall: 'a client stopped reading for a while',
  gateway: 'kill -9 of the gateway',
  subgraphs: 'kill -9 of the subgraph host, with relay and consumers',
  postgres: 'kill -9 of PostgreSQL',
  redis: 'kill -9 of a Redis that keeps nothing',
  flush: 'FLUSHALL',
  pubsub: 'CLIENT KILL TYPE pubsub',
  reload: 'another version of the supergraph',
} as const;
export type FaultKind = keyof typeof faultKinds;

export interface Fault {
  kind: FaultKind;
  /** Which consumer, where it is one's: any number, taken modulo their count. */
  victim: number;
  /** How long it waits, at most, until as many events have come as are due before it, in milliseconds. */
  patienceMs: number;
  /** How long what was stopped stays so, in milliseconds, where it does not come back by itself. */
  lastsMs: number;
}

/** Most wait until things work again; some come while they do not, so that outages overlap. */
const patiencesMs = [100, 1_000, 10_000, 10_000, 10_000];

/** Chooses the order of faults, their victims and how long they last. */
export function planFaults(
  random: Random,
  counts: Readonly<Record<FaultKind, number>>,
  longestStallMs: number,
): Fault[] {
  const kinds = Object.entries(counts).flatMap(([kind, count]) =>
    Array<FaultKind>(count).fill(kind as FaultKind),
  );
  return random.shuffled(kinds).map((kind) => ({
    kind,
    victim: random.between(0, 1_000_000),
    patienceMs: random.pick(patiencesMs),
    lastsMs: kind === 'stall' ? random.between(300, longestStallMs) : random.between(0, 800),
  }));
}

/** What faults happen to. */
export interface Victims {
  system: ChaosSystem;
  consumers: readonly Victim[];
  /** Those whose events are large: these feel it first when they do not read. */
  heavy: readonly Victim[];
}

interface Victim {
  wire: Wire;
  inbox: Inbox;
}

/**
 * Makes a fault happen.
 *
 * @returns when its cause is over, whether it happened: what is down already cannot be killed
 */
export async function inflict({ kind, victim, lastsMs }: Fault, victims: Victims): Promise<boolean> {
  const { system, heavy } = victims;
  const { redis } = system;
  const isHeavy = kind === 'stall' && victim % 2 === 0;
  const consumers = isHeavy ? heavy : victims.consumers;
  const consumer = consumers[victim % consumers.length]!;
  if (kind in parts) return system.kill(kind as PartName);
  if (kind === 'cut') {
    consumer.wire.cut();
  } else if (kind === 'stall') {
    // On the way, or in the code that handles events.
    if (isHeavy && victim % 3 === 0) consumer.inbox.slowDown(lastsMs);
    else consumer.wire.stall();
    await wait(lastsMs);
    consumer.wire.resume();
  } else if (kind === 'redis') {
    await redis.kill();
    await wait(lastsMs);
    await redis.restart();
  } else if (kind === 'flush') {
    await redis.admin.flushall();
  } else if (kind === 'pubsub') {
    await redis.admin.client('KILL', 'TYPE', 'pubsub');
  } else {
    system.reload();
  }
  return true;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
