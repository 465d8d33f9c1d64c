import { expect, test } from 'vitest';
import { isFromThisMachine } from './is-from-this-machine.ts';

const request = (remoteAddress: string | undefined, headers: Record<string, string>) =>
  isFromThisMachine({ raw: { socket: { remoteAddress }, headers } } as never);

test.each([
  ['127.0.0.1', { host: 'localhost:4000' }],
  ['127.0.0.1', { host: 'LOCALHOST' }],
  ['127.0.0.1', { host: 'localhost.' }],
  ['::1', { host: '[::1]:4000' }],
  ['::ffff:127.0.0.1', { host: '127.0.0.1:4000' }],
  ['127.0.0.53', { host: 'kronos.localhost:4000' }],
  ['127.0.0.1', {}],
])('%s with %j is', (address, headers: Record<string, string>) => {
  expect(request(address, headers)).toBe(true);
});

test.each([
  ['192.0.2.1', { host: 'localhost' }],
  ['::ffff:192.0.2.1', { host: 'localhost' }],
  [undefined, { host: 'localhost' }],
  // A page whose name was given this machine's address.
  ['127.0.0.1', { host: 'evil.example:4000' }],
  ['127.0.0.1', { host: '127.0.0.1.evil.example' }],
  ['127.0.0.1', { host: 'localhost.evil.example' }],
  ['127.0.0.1', { host: '[::1].evil.example' }],
  ['127.0.0.1', { host: '' }],
  // A proxy on this machine.
  ['127.0.0.1', { host: 'localhost', 'x-forwarded-for': '192.0.2.1' }],
  ['127.0.0.1', { host: 'localhost', 'x-forwarded-for': '127.0.0.1' }],
  ['127.0.0.1', { host: 'localhost', forwarded: 'for=127.0.0.1' }],
])('%s with %j is not', (address, headers: Record<string, string>) => {
  expect(request(address, headers)).toBe(false);
});
