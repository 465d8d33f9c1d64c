import { expect, test } from 'vitest';
import { createStreamSlots } from './stream-slots.ts';

const slots = () => createStreamSlots({ total: 5, perCaller: 2, perAddress: 4 });
const ada = { viewer: 'user_ada', address: '192.0.2.1' };
const refusal = (take: () => unknown) => {
  try {
    take();
    return undefined;
  } catch (error) {
    return (error as { extensions: unknown }).extensions;
  }
};

test('a viewer, an address and the process have so many', () => {
  const { take } = slots();
  take(ada);
  take({ ...ada, address: '192.0.2.2' });
  expect(refusal(() => take({ ...ada, address: '192.0.2.3' }))).toMatchObject({
    code: 'RATE_LIMITED',
    details: { limit: 'streams', value: 2, maximum: 2 },
  });
  for (const viewer of ['user_b', 'user_c', undefined]) take({ viewer, address: '192.0.2.1' });
  expect(refusal(() => take({ viewer: 'user_d', address: '192.0.2.1' }))).toMatchObject({
    code: 'RATE_LIMITED',
    details: { value: 4, maximum: 4 },
  });
  expect(refusal(() => take({ viewer: 'user_d', address: '192.0.2.4' }))).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: 5,
  });
});

test('what is given back can be taken again, once', () => {
  const taken = slots();
  const giveBack = [taken.take(ada), taken.take(ada)];
  expect(taken.open).toBe(2);
  giveBack[0]!();
  giveBack[0]!();
  expect(taken.open).toBe(1);
  taken.take(ada);
  expect(refusal(() => taken.take(ada))).toBeDefined();
});
