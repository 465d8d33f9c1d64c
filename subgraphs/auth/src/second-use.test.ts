import { expect, test } from 'vitest';
import { createSecondUse } from './second-use.ts';

/** Something that is given to the first who asks, unless that one comes too early. */
function createThing(failures = 0) {
  let asked = 0;
  return {
    count: () => asked,
    async take(): Promise<string> {
      asked += 1;
      const turn = asked;
      await new Promise((resolve) => setImmediate(resolve));
      if (turn <= failures) throw new Error('away');
      return turn === failures + 1 ? 'taken' : 'refused';
    },
  };
}
const createUse = () => createSecondUse<string>((result) => result === 'refused');
const many = Array.from({ length: 1000 });

test('of a thousand at the same moment one gets it, one asks again, and the others are told', async () => {
  const [use, thing] = [createUse(), createThing()];
  const results = await Promise.all(many.map(() => use('key', thing.take)));
  expect(results.filter((result) => result === 'taken')).toHaveLength(1);
  expect(thing.count()).toBe(2);
});

test('when the first fails, the second gets it, and nobody with it', async () => {
  const [use, thing] = [createUse(), createThing(1)];
  const settled = await Promise.allSettled(many.map(() => use('key', thing.take)));
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  const values = settled.map((result) => (result.status === 'fulfilled' ? result.value : null));
  expect(values.filter((value) => value === 'taken')).toHaveLength(1);
});

test('keys have nothing to do with each other, and nothing is remembered', async () => {
  const [use, thing, other] = [createUse(), createThing(), createThing()];
  expect(await Promise.all([use('one', thing.take), use('other', other.take)])).toEqual(['taken', 'taken']);
  expect(await use('one', thing.take)).toBe('refused');
  expect(await use('one', thing.take)).toBe('refused');
  expect(thing.count()).toBe(3);
});
