import { expect, test } from 'vitest';
import { accountDelaySeconds, networkOf } from './throttle.rules.ts';

test('the delay begins after twenty attempts, doubles, and never passes five minutes', () => {
  expect([1, 20, 21, 22, 25, 28, 29, 1000].map(accountDelaySeconds)).toEqual([0, 0, 2, 4, 32, 256, 300, 300]);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', 'unknown'],
])('the place of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
