import { expect, test } from 'vitest';
import { subjectOf } from './subject.ts';

const address = '192.0.2.7';

test('a client application spends before a person, and a person before an address', () => {
  const client = { id: '0193c8a5-0000-7000-8000-000000000000' };
  const viewer = { userId: 'user_01jf0000000000000000000000' };
  expect(subjectOf({ client, viewer, address })).toBe(`client:${client.id}`);
  expect(subjectOf({ client: null, viewer, address })).toBe(`user:${viewer.userId}`);
  expect(subjectOf({ client: null, viewer: null, address })).toBe('address:192.0.2.7');
});

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2:ffff::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1::', '2001:db8:1:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['unknown', 'unknown'],
  [undefined, 'unknown'],
])('%s spends as %s', (from, expected) => {
  expect(subjectOf({ client: null, viewer: null, address: from })).toBe(`address:${expected}`);
});
