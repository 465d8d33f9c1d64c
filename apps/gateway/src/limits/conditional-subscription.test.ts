import { expect, test } from 'vitest';
import { refuseConditionalSubscription } from './conditional-subscription.ts';

const refuse = (query: unknown) => refuseConditionalSubscription({ query }, 1_000);

test.each([
  'subscription ($no: Boolean!) { a @skip(if: $no) }',
  'subscription { a @ # a comment\n include(if: true) { b } }',
  'subscription { ... @include(if: true) { a } }',
  'subscription { ...F } fragment F on Subscription { a @skip(if: false) }',
  'query Q { a } subscription S { ...F @skip(if: true) } fragment F on Subscription { a }',
])('%s is refused', (query) => {
  expect(() => refuse(query)).toThrow(
    expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_REQUEST' }) }),
  );
});

test.each([
  'subscription { a { b @skip(if: true) } }',
  'query { subscription @skip(if: true) }',
  'subscription { ...F } fragment F on Subscription { ...F }',
  'subscription { a @skip(',
  undefined,
  { query: 'subscription' },
])('%s is not', (query) => {
  refuse(query);
});

test('a large document takes no time', () => {
  const before = performance.now();
  refuse('subscription '.repeat(80_000));
  refuse(`${'subscription '.repeat(80_000)}@skip`);
  expect(performance.now() - before).toBeLessThan(1_000);
});
