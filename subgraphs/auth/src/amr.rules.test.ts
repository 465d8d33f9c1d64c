import { expect, test } from 'vitest';
import { combinedAmr } from './amr.rules.ts';

test.each([
  [[], ['pwd'], ['pwd']],
  [['pwd'], ['otp'], ['pwd', 'otp', 'mfa']],
  [['pwd'], ['hwk', 'user'], ['pwd', 'hwk', 'user', 'mfa']],
  [[], ['hwk', 'user'], ['hwk', 'user', 'mfa']],
  [['pwd', 'otp', 'mfa'], ['otp'], ['pwd', 'otp', 'mfa']],
  [[], ['otp'], ['otp']],
  [['pwd'], ['pwd'], ['pwd']],
])('%j and then %j are %j', (before, added, expected) => {
  expect(combinedAmr(before, added)).toEqual(expected);
});
