import { expect, test } from 'vitest';
import { type AllowedHostsOptions, allowedHosts } from './allowed-hosts.ts';

const developing: AllowedHostsOptions = { KRONOS_HOST: '127.0.0.1', isProduction: false };
const own = [
  'localhost',
  'localhost:4000',
  'kronos.localhost',
  '127.0.0.1:4000',
  '[::1]:4000',
  '192.0.2.7',
  undefined,
];
const foreign = ['evil.example', 'evil.example:4000', 'localhost.evil.example', '127.0.0.1.evil.example', ''];

test('on this machine’s own address, it answers to this machine’s names and to addresses', () => {
  for (const KRONOS_HOST of ['127.0.0.1', '::1', 'localhost']) {
    const isAllowed = allowedHosts({ ...developing, KRONOS_HOST });
    expect(own.filter((host) => !isAllowed(host))).toEqual([]);
    expect(foreign.filter((host) => isAllowed(host))).toEqual([]);
  }
});

test('on other addresses, and in production, where a proxy may pass on any name, it answers to all', () => {
  for (const options of [
    { ...developing, KRONOS_HOST: '0.0.0.0' },
    { ...developing, isProduction: true },
    { ...developing, KRONOS_ALLOWED_HOSTS: ['*'] },
  ])
    expect([...own, ...foreign].every(allowedHosts(options))).toBe(true);
});

test('a list counts everywhere', () => {
  for (const isProduction of [true, false]) {
    const isAllowed = allowedHosts({
      KRONOS_ALLOWED_HOSTS: ['Graph.Example.com'],
      KRONOS_HOST: '0.0.0.0',
      isProduction,
    });
    expect(['graph.example.com', 'GRAPH.example.com:443', 'localhost'].every(isAllowed)).toBe(true);
    expect(isAllowed('example.com')).toBe(false);
    expect(isAllowed('evil.example')).toBe(false);
  }
});
