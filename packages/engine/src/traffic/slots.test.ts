import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

const stay = () => {};

test('slots are taken until none is free, then those who wait get them in order', async () => {
  const slots = createSlots(1, 2);
  const order: string[] = [];
  expect(slots.tryTake()).toBe(true);
  expect(slots.tryTake()).toBe(false);
  const first = slots.queue(stay)!.then(() => order.push('first'));
  const second = slots.queue(stay)!.then(() => order.push('second'));
  expect(slots.queue(stay)).toBeUndefined();
  expect(slots).toMatchObject({ running: 1, queued: 2 });

  slots.release();
  expect(slots.tryTake()).toBe(false);
  await first;
  slots.release();
  await second;
  slots.release();
  expect(order).toEqual(['first', 'second']);
  expect(slots).toMatchObject({ running: 0, queued: 0 });
});

test('who leaves the queue gets no slot, and makes room', async () => {
  const slots = createSlots(1, 1);
  slots.tryTake();
  let giveUp: (reason: Error) => void = stay;
  const left = slots.queue((leave) => {
    giveUp = leave;
  });
  giveUp(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  const next = slots.queue(stay);
  slots.release();
  await next;
  giveUp(new Error('too late to matter'));
  expect(slots).toMatchObject({ running: 1, queued: 0 });
});
