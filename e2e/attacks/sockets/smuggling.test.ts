import { describe, expect, test } from 'vitest';
import { exchange, rawPost, requestHead, statusesIn } from '../kit/raw.ts';
import { expectServing } from '../kit/sound.ts';
import { url } from '../kit/system.ts';

// Smuggling takes a proxy and a server that find different ends of one request. So whatever leaves a doubt about its end must be
// refused, and what comes after it on the same connection must not be taken for a request.
const smuggled = rawPost({ query: '{ smuggled: __typename }' }, [['connection', 'close']]);
const body = JSON.stringify({ query: '{ first: __typename }' });
const size = body.length.toString(16);
const chunks = `${size}\r\n${body}\r\n0\r\n\r\n`;
const length = ['content-length', String(body.length)] as const;
const chunked = ['transfer-encoding', 'chunked'] as const;

type Headers = (readonly [string, string])[];
const post = (headers: Headers, content: string) =>
  requestHead('POST /graphql HTTP/1.1', [
    ['host', 'localhost'],
    ['content-type', 'application/json'],
    ...headers,
  ]) + content;

async function expectRefused(bytes: string | Uint8Array): Promise<void> {
  const text = await exchange(url, bytes);
  expect(text).not.toContain('"smuggled"');
  expect(statusesIn(text)).toHaveLength(1);
  expect(statusesIn(text)[0]).toBeGreaterThanOrEqual(400);
  expect(statusesIn(text)[0]).toBeLessThan(500);
}

test('what the attacks begin with is right: two requests on one connection are two', async () => {
  for (const first of [post([length], body), post([chunked], chunks)]) {
    const text = await exchange(url, first + smuggled);
    expect(statusesIn(text)).toEqual([200, 200]);
    expect(text).toContain('"smuggled":"Query"');
  }
});

describe('requests with two ends, or none that is sure', () => {
  test.each<[string, Headers, string]>([
    ['a length and chunks', [length, chunked], chunks],
    ['chunks and a length', [chunked, length], chunks],
    ['a length of nothing, and chunks', [['content-length', '0'], chunked], chunks],
    ['two lengths', [length, ['content-length', '0']], body],
    ['two equal lengths', [length, length], body],
    ['lengths in a list', [['content-length', `${body.length}, ${body.length}`]], body],
    ['a length with a sign', [['content-length', `+${body.length}`]], body],
    ['a negative length', [['content-length', '-1']], body],
    ['a hexadecimal length', [['content-length', `0x${size}`]], body],
    ['a length with a space in it', [['content-length', '1 0']], body],
    ['an endless length', [['content-length', '9'.repeat(40)]], body],
    ['no length', [['content-length', '']], body],
    ['chunks twice', [chunked, chunked], chunks],
    ['chunks twice in one line', [['transfer-encoding', 'chunked, chunked']], chunks],
    ['chunks that are not the last coding', [['transfer-encoding', 'chunked, identity']], chunks],
    ['a coding that is none', [['transfer-encoding', 'xchunked']], chunks],
    ['a coding before the chunks', [['transfer-encoding', 'gzip, chunked']], chunks],
    ['a coding in a line before the chunks', [['transfer-encoding', 'identity'], chunked], chunks],
    ['a coding with a tab', [['transfer-encoding', '\x0bchunked']], chunks],
    ['a coding in quotation marks', [['transfer-encoding', '"chunked"']], chunks],
    ['a name with a space behind it', [['transfer-encoding ', 'chunked']], chunks],
    ['a name with a space before it', [[' transfer-encoding', 'chunked']], chunks],
    ['a folded line', [['transfer-encoding', '\r\n chunked']], chunks],
    ['a line of its own in a value', [['x', 'y\ntransfer-encoding: chunked']], chunks],
    ['half a line end in a value', [['x', 'y\rtransfer-encoding: chunked']], chunks],
    ['a zero byte in a value', [['x', 'y\0'], length], body],
    ['a zero byte in a name', [['x\0', 'y'], length], body],
  ])('%s', (_name, headers, content) => expectRefused(post(headers, content) + smuggled));
});

describe('chunks that do not say where they end', () => {
  test.each<[string, string]>([
    ['a negative size', `-1\r\n${body}\r\n0\r\n\r\n`],
    ['a size with a prefix', `0x${size}\r\n${body}\r\n0\r\n\r\n`],
    ['an endless size', `${'f'.repeat(20)}\r\n${body}`],
    ['no size', `\r\n${body}\r\n0\r\n\r\n`],
    ['a size that is no number', `zz\r\n${body}\r\n0\r\n\r\n`],
    ['a size with a space before it', ` ${size}\r\n${body}\r\n0\r\n\r\n`],
    ['lines that end in half', `${size}\n${body}\n0\n\n`],
    ['more than was said', `1\r\n${body}\r\n0\r\n\r\n`],
    ['an extension of 20 kB', `${size};${'e'.repeat(20_000)}\r\n${body}\r\n0\r\n\r\n`],
    ['an extension with a line end in it', `${size};a\n${body}\r\n0\r\n\r\n`],
    ['a trailer that is no header', `${size}\r\n${body}\r\n0\r\nno header\r\n\r\n`],
    ['trailers of 200 kB', `${size}\r\n${body}\r\n0\r\n${'a: b\r\n'.repeat(30_000)}\r\n`],
  ])('%s', (_name, content) => expectRefused(post([chunked], content) + smuggled));

  test('what a trailer says, nobody hears', async () => {
    const trailer = 'authorization: Bearer x\r\nx-request-id: from-the-trailer\r\nhost: evil.example\r\n';
    const text = await exchange(
      url,
      post([chunked, ['connection', 'close']], `${size}\r\n${body}\r\n0\r\n${trailer}\r\n`),
    );
    expect(statusesIn(text)).toEqual([200]);
    expect(text).not.toContain('from-the-trailer');
  });

  test('a body of single bytes, each a chunk with an extension, is a body', async () => {
    const bytes = [...body].map((byte) => `1;a=b\r\n${byte}\r\n`).join('');
    const text = await exchange(url, post([chunked, ['connection', 'close']], `${bytes}0\r\n\r\n`));
    expect(statusesIn(text)[0]).toBeLessThan(500);
  });
});

describe('requests that are none', () => {
  test.each<[string, string]>([
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'],
    ['SSH', 'SSH-2.0-OpenSSH_9.0\r\n\r\n'],
    ['SMTP', 'EHLO evil.example\r\nMAIL FROM:<a@b>\r\n\r\n'],
    ['Redis', '*1\r\n$8\r\nFLUSHALL\r\n'],
    ['a method that is none', 'P\0ST /graphql HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['a method of 20 kB', `${'M'.repeat(20_000)} / HTTP/1.1\r\nhost: localhost\r\n\r\n`],
    ['no target', 'POST HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['a version that is none', 'GET /health HTTP/9.9\r\nhost: localhost\r\n\r\n'],
    ['a line without an end', `GET /${'a'.repeat(100_000)}`],
    ['headers without an end', `GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(100_000)}`],
    ['thousands of headers', `GET /health HTTP/1.1\r\nhost: localhost\r\n${'x: y\r\n'.repeat(5_000)}\r\n`],
    ['a header without a name', 'GET /health HTTP/1.1\r\nhost: localhost\r\n: y\r\n\r\n'],
    ['a header without a colon', 'GET /health HTTP/1.1\r\nhost: localhost\r\nxy\r\n\r\n'],
    [
      'random bytes',
      Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 256)).toString('latin1'),
    ],
  ])('%s', (_name, bytes) => expectRefused(Buffer.from(bytes, 'latin1')));
});

test.each(['CONNECT evil.example:80', 'CONNECT localhost:80', 'CONNECT 127.0.0.1:6379'])(
  '%s opens no way to others',
  async (start) => {
    const text = await exchange(url, `${start} HTTP/1.1\r\nhost: localhost\r\n\r\n${smuggled}`);
    expect(text).not.toMatch(/^HTTP\/1\.1 2/);
    expect(text).not.toContain('"smuggled"');
  },
);

test.each(['websocket', 'h2c', 'TLS/1.0', 'HTTP/2.0'])('nothing is upgraded to %s', async (protocol) => {
  const text = await exchange(
    url,
    requestHead('GET /health HTTP/1.1', [
      ['host', 'localhost'],
      ['connection', 'close, Upgrade, HTTP2-Settings'],
      ['upgrade', protocol],
      ['http2-settings', 'AAMAAABkAARAAAAAAAIAAAAA'],
      ['sec-websocket-key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
      ['sec-websocket-version', '13'],
    ]),
  );
  expect(text).not.toMatch(/^HTTP\/1\.1 (101|2\d\d(?! OK))/);
  await expectServing();
});

test('headers that a connection keeps to itself take nothing away from the request', async () => {
  const headers: Headers = [
    ['connection', 'close, authorization, host, content-type'],
    ['authorization', 'Bearer nonsense'],
  ];
  const text = await exchange(url, rawPost({ query: '{ __typename }' }, headers));
  expect(text).toContain('"code":"UNAUTHENTICATED"');
});
