import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mapInOrder } from './map-in-order.ts';

async function* count(to: number) {
  for (let index = 0; index < to; index++) yield index;
}

async function collect<Value>(source: AsyncIterable<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of source) values.push(value);
  return values;
}

test('results come in the order of the source, however long each takes', async () => {
  let running = 0;
  let most = 0;
  const mapped = mapInOrder(count(30), 4, async (value) => {
    most = Math.max(most, ++running);
    await sleep((value * 7) % 11);
    running--;
    return value;
  });
  expect(await collect(mapped)).toEqual(Array.from({ length: 30 }, (_, index) => index));
  expect(most).toBe(4);
});

test('a failure of the source comes after what it gave before', async () => {
  async function* failing() {
    yield 1;
    throw new Error('lost');
  }
  const seen: number[] = [];
  const reading = (async () => {
    for await (const value of mapInOrder(failing(), 4, (given) => sleep(5, given))) seen.push(value);
  })();
  await expect(reading).rejects.toThrow('lost');
  expect(seen).toEqual([1]);
});

test('a reader that stops closes the source, even one that waits', async () => {
  let isClosed = false;
  const source = {
    step: 0,
    next() {
      return this.step++ === 0
        ? Promise.resolve({ done: false as const, value: 1 })
        : new Promise<never>(() => undefined);
    },
    async return() {
      isClosed = true;
      return { done: true as const, value: undefined };
    },
  };
  for await (const value of mapInOrder(source, 4, (given) => given)) {
    expect(value).toBe(1);
    break;
  }
  expect(isClosed).toBe(true);
});
