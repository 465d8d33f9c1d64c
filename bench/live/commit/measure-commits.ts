import { setTimeout as sleep } from 'node:timers/promises';
import { startKronos } from '../../../e2e/kit/kronos.ts';
import { followCreatedEvents } from './follow-created-events.ts';
import { createEvent, signUp } from './organizer.ts';
import { wallClockMs } from './wall-clock.ts';
import { watchCommits } from './watch-commits.ts';

export interface Latency {
  p50Ms: number;
  p99Ms: number;
}

/** From a mutation to one subscriber, through the whole of Kronos. */
export interface Commits {
  commits: number;
  fromCommit: Latency;
  /** From `occurredAt`, which is when the row was written. */
  fromWriting: Latency;
  /** From sending the mutation. */
  fromRequest: Latency;
}

const warmup = 200;
const commits = 500;
const pauseMs = 10;

/**
 * Starts Kronos as `npm start` does, with PostgreSQL, Redis, subgraph host and gateway, and commits one event after the
 * other, with nothing else to do.
 *
 * @throws Error when an event does not arrive, or not in order
 */
export async function measureCommits(): Promise<Commits> {
  console.log('starting Kronos');
  await using kronos = await startKronos();
  const authorization = await signUp(kronos.url);
  const stream = await followCreatedEvents(kronos.url, authorization);
  const watch = await watchCommits(kronos.home);
  const fromCommit: number[] = [];
  const fromWriting: number[] = [];
  const fromRequest: number[] = [];
  for (let number = 1; number <= warmup + commits; number++) {
    const title = `Event ${number}`;
    const sentAt = wallClockMs();
    const [event, committedAt] = await Promise.all([
      stream.next(),
      watch.next(),
      createEvent(kronos.url, authorization, title),
    ]);
    if (event.title !== title) throw new Error(`${event.title} arrived instead of ${title}`);
    if (number > warmup) {
      fromCommit.push(event.receivedAt - committedAt);
      fromWriting.push(event.receivedAt - Date.parse(event.occurredAt));
      fromRequest.push(event.receivedAt - sentAt);
    }
    await sleep(pauseMs);
  }
  stream.close();
  await watch.close();
  return {
    commits,
    fromCommit: latencyOf(fromCommit),
    fromWriting: latencyOf(fromWriting),
    fromRequest: latencyOf(fromRequest),
  };
}

function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]!;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
