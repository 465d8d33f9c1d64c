import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deliverFirst, giveWay } from './right-of-way.ts';

test('an effect begins after the deliveries that are at hand, those of the same turn of the loop too', async () => {
  const order: string[] = [];
  const effect = giveWay().then(() => order.push('effect'));
  const deliveries = ['one', 'two'].map((name) =>
    deliverFirst(async () => {
      await nextTurn();
      await nextTurn();
      order.push(name);
      return name;
    }),
  );
  expect(await Promise.all(deliveries)).toEqual(['one', 'two']);
  await effect;
  expect(order).toEqual(['one', 'two', 'effect']);
});

test('a delivery that hangs holds nothing up, and one that fails neither', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const hanging = deliverFirst(() => promise);
  await giveWay();
  resolve();
  await hanging;
  await expect(deliverFirst(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await giveWay();
});
