import { expect, test } from 'vitest';
import { interruptAfter, isInterruption } from './interrupt.ts';

test('what does not come back is interrupted, even where it catches everything', () => {
  const forever = () => {
    for (;;) {
      try {
        for (;;);
      } catch {}
    }
  };
  let thrown: unknown;
  try {
    interruptAfter(20, forever);
  } catch (error) {
    thrown = error;
  }
  expect(isInterruption(thrown)).toBe(true);
});

test('what comes back gives its value or its error', async () => {
  expect(interruptAfter(1_000, () => 1)).toBe(1);
  expect(await interruptAfter(1_000, async () => 2)).toBe(2);
  const error = new Error('own');
  expect(() =>
    interruptAfter(1_000, () => {
      throw error;
    }),
  ).toThrow(error);
});
