import { hasRedisServer } from '@kronos/events/testing';
import { expect, test } from 'vitest';
import { runChaos } from './chaos.ts';
import { chosenSeed } from './random.ts';
import { faultsFound, figuresOf } from './report.ts';

const title =
  'whatever breaks, every consumer receives every committed event that it may see: once, in order';
// The Redis in JavaScript knows no CLIENT KILL TYPE, and is for development only.
test.skipIf(!hasRedisServer)(title, async () => {
  const report = await runChaos({
    seed: chosenSeed(20_261_120),
    events: 400,
    faults: {
      cut: 10,
      stall: 3,
      gateway: 2,
      subgraphs: 1,
      postgres: 1,
      redis: 2,
      flush: 1,
      pubsub: 3,
      reload: 2,
    },
    longestStallMs: 2_000,
    copies: 1,
    calmWithinMs: 30_000,
    say: () => undefined,
  });
  expect(faultsFound(report), figuresOf(report).join('\n')).toEqual([]);
});
