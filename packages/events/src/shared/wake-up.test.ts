import { expect, test } from 'vitest';
import { withinTime } from './deadline.ts';
import { WakeUp } from './wake-up.ts';

test('all who sleep are woken; who comes later is not', async () => {
  const wakeUp = new WakeUp();
  const sleepers = [wakeUp.sleep(60_000), wakeUp.sleep(60_000)];
  wakeUp.wake();
  await Promise.all(sleepers);
  expect(
    await withinTime(
      wakeUp.sleep(100).then(() => 'woken'),
      20,
    ),
  ).toBeUndefined();
});

test('a sleep ends by itself', async () => {
  await new WakeUp().sleep(10);
});

test('a promise that is late is not waited for, nor is its failure unhandled', async () => {
  const late = new Promise<never>((_, reject) => setTimeout(reject, 20, new Error('late')));
  expect(await withinTime(late, 5)).toBeUndefined();
  expect(await withinTime(Promise.resolve('in time'), 1_000)).toBe('in time');
  await expect(withinTime(Promise.reject(new Error('at once')), 1_000)).rejects.toThrow('at once');
  await new Promise((resolve) => setTimeout(resolve, 30));
});
