import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openRaw, statusesIn } from '../kit/raw.ts';
import { codesOf, send } from '../kit/send.ts';
import { expectServing, expectSound } from '../kit/sound.ts';
import { url } from '../kit/system.ts';

const operation = { query: '{ __typename }' };

test.each<[string, string]>([
  ['two operations', JSON.stringify([operation, operation])],
  ['a hundred operations', JSON.stringify(Array.from({ length: 100 }, () => operation))],
  ['twenty thousand operations', JSON.stringify(Array.from({ length: 20_000 }, () => operation))],
  ['one operation in a list', JSON.stringify([operation])],
  ['an empty list', '[]'],
  ['lists in lists', '['.repeat(200_000) + ']'.repeat(200_000)],
  ['a batch in a batch', JSON.stringify([[operation], [operation]])],
])('%s are no request', async (_name, body) => {
  const reply = expectSound(await send({ body }));
  expect(reply.status).toBe(400);
  expect(codesOf(reply).length).toBe(1);
  expect(reply.body.data).toBeUndefined();
});

test.each([
  ...[
    '',
    ' ',
    'null',
    'true',
    '0',
    '""',
    '"{}"',
    '{',
    '}',
    '{"query":',
    "{'query':'{__typename}'}",
    'query={__typename}',
  ],
  ...[
    '{ __typename }',
    '{}',
    '{"query":null}',
    '{"query":1}',
    '{"query":{}}',
    '{"query":["{__typename}"]}',
    '\u0000',
    '\ufeff',
  ],
  ...[
    '{"query":"{__typename}"}}',
    '{"query":"{__typename}"}{"query":"{__typename}"}',
    '{"query":"{__typename}",}',
  ],
  ...[
    '{"query":"{__typename}","__proto__":{"admin":true}}',
    '{"query":"{__typename}","constructor":{"prototype":{"a":1}}}',
  ],
  ...[
    '{"query":"{__typename}","variables":{"__proto__":{"admin":true}}}',
    '{"variables":{}}',
    '{"Query":"{__typename}"}',
  ],
  ...[
    '{"query":"{__typename}","variables":1}',
    '{"query":"{__typename}","variables":[]}',
    '{"query":"{__typename}","variables":"{"}',
  ],
  ...[
    '{"query":"{__typename}","extensions":1}',
    '{"query":"{__typename}","extensions":[]}',
    '{"query":"{__typename}","operationName":1}',
  ],
  ...['{"query":"","query ":"{__typename}"}', 'NaN', '-', '1e999', '[1,2', '"\u0001"'],
])('a body %j is refused with 4xx', async (body) => {
  const reply = expectSound(await send({ body }));
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.status).toBeLessThan(500);
  expect(codesOf(reply).length).toBeGreaterThan(0);
});

test('what a body says twice is what it says last, for everybody who reads it', async () => {
  const body =
    '{"query":"mutation { sessionsRevokeAll(userId: 1) { __typename } }","query":"{ __typename }"}';
  expect((await send({ body })).body.data).toEqual({ __typename: 'Query' });
});

test('a prototype that was sent is on nothing that comes after', async () => {
  await send({
    body: '{"query":"{__typename}","extensions":{"__proto__":{"persistedQuery":{"version":1}}}}',
  });
  await send({ body: '{"query":"{__typename}","variables":{"constructor":{"prototype":{"first":1}}}}' });
  await expectServing();
});

test('a megabyte and more is refused before it has come, however it is sent', async () => {
  // By hand: a client that is still writing may not get to read why it should stop.
  const head = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  for (const bytes of [
    `${head}content-length: ${2 << 20}\r\n\r\n{`,
    `${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(17)}`,
  ]) {
    using connection = openRaw(url);
    connection.write(bytes);
    const text = await connection.until(/"code":"\w+"/);
    expect(statusesIn(text)).toEqual([413]);
    expect(text).toContain('"code":"PAYLOAD_TOO_LARGE"');
  }
  await expectServing();
});

test('a bomb that unpacks to a thousand times its size is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(8 << 20));
  for (const coding of ['gzip', 'deflate', 'br', 'zstd', 'compress', 'gzip, gzip', 'x-gzip']) {
    const headers = ['content-type', 'application/json', 'content-encoding', coding];
    const reply = expectSound(await send({ headers, body: bomb }));
    expect([reply.status, codesOf(reply)]).toEqual([415, ['UNSUPPORTED_MEDIA_TYPE']]);
  }
});

test('levels of JSON by the hundred thousand are read or refused, and harm nobody', async () => {
  for (const [before, after] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    for (const levels of [1_000, 10_000, 100_000]) {
      const value = `${before.repeat(levels)}1${after.repeat(levels)}`;
      for (const key of ['variables', 'extensions', 'other']) {
        const body = `{"query":"{__typename}","${key}":${key === 'other' ? value : `{"v":${value}}`}}`;
        const reply = expectSound(await send({ body }));
        expect(reply.body.data?.__typename ?? codesOf(reply)[0]).toBeTruthy();
      }
    }
  }
  await expectServing();
});

test('keys by the ten thousand', async () => {
  const keys = Array.from({ length: 40_000 }, (_, index) => [`k${index}`, 1]);
  const body = { ...operation, variables: Object.fromEntries(keys), extensions: Object.fromEntries(keys) };
  const reply = expectSound(await send({ body }));
  expect(reply.body.data?.__typename ?? codesOf(reply)[0]).toBeTruthy();
  await expectServing();
});

test('charsets and bytes that are no text', async () => {
  const type = (charset: string) => ['content-type', `application/json; charset=${charset}`];
  for (const charset of [
    'utf-7',
    'utf-16',
    'utf-32le',
    'ibm037',
    'x-user-defined',
    'iso-8859-1',
    "utf-8'; --",
  ])
    expectSound(await send({ headers: type(charset), body: operation }));
  for (const bytes of [
    [0xff, 0xfe],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xef, 0xbb, 0xbf],
  ]) {
    const body = Buffer.concat([
      Buffer.from('{"query":"{ event(slug: \\"'),
      Buffer.from(bytes),
      Buffer.from('\\") { id } }"}'),
    ]);
    expectSound(await send({ body }));
  }
});
