import { hasRedisServer } from '@kronos/events/testing';
import { expect, test } from 'vitest';
import { findLeaks, leakFiguresOf, runLeaks } from './leaks.ts';
import { chosenSeed } from './random.ts';

const title = 'streams that clients open and leave, in whatever way, leave nothing behind';
// The Redis in JavaScript does not tell of its clients.
test.skipIf(!hasRedisServer)(title, async () => {
  const report = await runLeaks({
    seed: chosenSeed(20_000),
    connections: 1_000,
    atOnce: 50,
    say: () => undefined,
  });
  expect(findLeaks(report), leakFiguresOf(report).join('\n')).toEqual([]);
  // Those who leave at once, and those who are refused, are as many again.
  expect(report.stood).toBeGreaterThan(report.connections / 8);
});
