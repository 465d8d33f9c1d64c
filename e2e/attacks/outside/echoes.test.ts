import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { exchange, rawPost, statusesIn } from '../kit/raw.ts';
import { ask, send } from '../kit/send.ts';
import { expectServing, expectSound } from '../kit/sound.ts';
import { origin, url } from '../kit/system.ts';

const idShape = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

test.each([
  '<script>alert(1)</script>',
  'a b',
  'a;b',
  'a,b',
  "' OR 1=1 --",
  '../../etc/passwd',
  'x'.repeat(129),
  '',
  '\u00e9',
])('a request id %j is replaced, and what it says comes back nowhere', async (id) => {
  for (const attempt of [
    { body: { query: '{ __typename }' } },
    { url: `${origin}/nowhere` },
    { body: '{' },
  ]) {
    const reply = expectSound(
      await send({ ...attempt, headers: ['content-type', 'application/json', 'x-request-id', id] }),
    );
    expect(reply.headers['x-request-id']).toMatch(idShape);
    if (id) expect(reply.text).not.toContain(id);
  }
});

test('a second request id, hidden in the first or beside it, adds no header to the answer', async () => {
  for (const value of [
    'a\r\nset-cookie: stolen=1',
    'a\nset-cookie: stolen=1',
    'a\rset-cookie: stolen=1',
    'a\0b',
  ])
    for (const name of [
      'x-request-id',
      'origin',
      'x-client-name',
      'traceparent',
      'baggage',
      'accept-language',
    ]) {
      const text = await exchange(
        url,
        rawPost({ query: '{ __typename }' }, [
          [name, value],
          ['connection', 'close'],
        ]),
      );
      // As two lines it is two headers of a request, and harmless; anything else is no HTTP.
      expect([200, 400]).toContain(statusesIn(text)[0]);
      expect(text.toLowerCase()).not.toContain('\r\nset-cookie');
    }
});

test('line breaks in a body add no header to the answer, and no line to the log', async () => {
  const forged = '{"level":60,"msg":"forged by a client"}';
  const line = `Q\r\nset-cookie: stolen=1\r\n\n${forged}\n`;
  const replies = [
    await send({ body: { query: '{ __typename }', operationName: line } }),
    await send({ body: { query: `query ${line} { __typename }` } }),
    await send({
      body: { query: '{ __typename }', variables: { [line]: line }, extensions: { [line]: line } },
    }),
    await send({ method: 'GET', url: `${url}?operationName=${encodeURIComponent(line)}`, headers: [] }),
    await send({ method: 'GET', url: `${origin}/${encodeURIComponent(line)}`, headers: [] }),
    await ask('{ event(slug: $slug) { id } }', { variables: { slug: line } }),
    await send({
      headers: ['content-type', 'application/json', 'x-client-name', forged, 'x-client-version', forged],
      body: { query: '{ nowhere }' },
    }),
  ];
  for (const reply of replies) {
    expectSound(reply);
    expect(reply.headers).not.toHaveProperty('set-cookie');
  }
  for (const log of ['gateway.log', 'subgraphs.log']) {
    const text = readFileSync(join(inject('kronosHome'), 'logs', log), 'utf8');
    expect(text.split('\n')).not.toContain(forged);
  }
});

test('a path that comes back in an error is text, never a page', async () => {
  for (const path of ['/<script>alert(1)</script>', '/%3Cscript%3E', '/graphql<img src=x>', '/?q=<b>']) {
    const { status, headers } = expectSound(
      await send({ url: `${origin}${encodeURI(path)}`, headers: ['accept', 'text/html'] }),
    );
    expect(status).toBe(404);
    expect(headers['content-type']).toContain('application/json');
    expect(headers['x-content-type-options']).toBe('nosniff');
  }
});

test('pages for people say where the graph is by a host that is one', async () => {
  for (const host of [
    'localhost"><script>alert(1)</script>',
    "localhost'+alert(1)+'",
    'localhost/evil',
    'a b',
  ]) {
    const text = await exchange(
      url,
      `GET / HTTP/1.1\r\nhost: ${host}\r\naccept: text/html\r\nconnection: close\r\n\r\n`,
    );
    expect(text).not.toContain('alert(1)');
  }
  await expectServing();
});
