import { expect, test } from 'vitest';
import { exchange, statusesIn } from '../kit/raw.ts';
import { codesOf, send } from '../kit/send.ts';
import { expectSound } from '../kit/sound.ts';
import { origin, url } from '../kit/system.ts';

// A page of others gives its own name the address of this machine. To the browser the gateway is then a part of that page:
// no preflight, no CORS. What tells is the name, which the page cannot change. While developing, the gateway listens for this
// machine alone, and answers to its names alone: `apps/gateway/src/http/allowed-hosts.ts` says why.
const foreign = [
  'evil.example',
  'evil.example:4000',
  'EVIL.example.',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '127.0.0.1.nip.io',
  'localhost@evil.example',
  'xn--lcalhost-55a',
  '0',
];

test.each(foreign)('a page under the name %s reads nothing, at no path and by no method', async (host) => {
  const body = { query: '{ __schema { queryType { name } } }' };
  const json = ['content-type', 'application/json', 'host', host];
  const replies = [
    await send({ headers: json, body }),
    await send({ headers: [...json, 'origin', `http://${host}`], body }),
    await send({ headers: [...json, 'accept', 'text/event-stream'], body }),
    await send({
      method: 'GET',
      url: `${url}?query={__typename}`,
      headers: ['host', host, 'apollo-require-preflight', '1'],
    }),
    await send({ method: 'PUT', headers: ['host', host] }),
    await send({
      method: 'OPTIONS',
      headers: ['host', host, 'origin', `http://${host}`, 'access-control-request-method', 'POST'],
    }),
  ];
  for (const path of ['/', '/explorer', '/metrics', '/ready', '/health', '/openapi.json', '/events'])
    replies.push(await send({ method: 'GET', url: origin + path, headers: ['host', host] }));
  for (const reply of replies) {
    expectSound(reply);
    expect([reply.status, codesOf(reply)]).toEqual([421, ['HOST_NOT_ALLOWED']]);
    expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
    expect(reply.text).not.toMatch(/queryType|process_cpu|evil/);
  }
});

test('other headers give a request no other name', async () => {
  for (const name of ['x-forwarded-host', 'x-host', 'x-original-host', 'forwarded']) {
    const headers = ['content-type', 'application/json', 'host', 'evil.example', name, 'localhost'];
    expect((await send({ headers, body: { query: '{ __typename }' } })).status).toBe(421);
  }
});

test('a request with two names, or without one, is none', async () => {
  const rest = 'connection: close\r\n\r\n';
  for (const hosts of [
    'host: localhost\r\nhost: evil.example\r\n',
    'host: evil.example\r\nhost: localhost\r\n',
    '',
  ])
    expect(statusesIn(await exchange(url, `GET /health HTTP/1.1\r\n${hosts}${rest}`))).toEqual([400]);
});

test.each(['localhost', 'localhost:4000', 'kronos.localhost:4000', '127.0.0.1:4000', '[::1]:4000'])(
  'whoever means this machine and calls it %s is answered',
  async (host) => {
    const headers = ['content-type', 'application/json', 'host', host];
    expect((await send({ headers, body: { query: '{ __typename }' } })).status).toBe(200);
  },
);
