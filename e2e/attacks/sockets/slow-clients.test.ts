import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { startGatewayBeside } from '../kit/gateway-beside.ts';
import { openRaw, type RawConnection, rawPost, requestHead, statusesIn } from '../kit/raw.ts';
import { send } from '../kit/send.ts';
import { expectServing } from '../kit/sound.ts';
import { url } from '../kit/system.ts';

const { port } = new URL(url);
const head = `POST /graphql HTTP/1.1\r\nhost: localhost:${port}\r\ncontent-type: application/json\r\n`;
const body = JSON.stringify({ query: '{ __typename }' });

/**
 * How long others may wait while somebody is slow. They must not wait for them at all, but for the machine, which may be slow
 * itself; the gateway waits for those who are slow for half a minute.
 */
const servedWithinMs = 10_000;

/** A gateway that has little patience shows what becomes of slow requests without that wait. It starts meanwhile. */
const impatient = startGatewayBeside({ KRONOS_REQUEST_ARRIVAL_MS: '500' });
afterAll(async () => (await impatient)[Symbol.asyncDispose]());

async function expectServingSoon(): Promise<void> {
  const started = performance.now();
  await Promise.all(Array.from({ length: 5 }, expectServing));
  expect(performance.now() - started).toBeLessThan(servedWithinMs);
}

/** Opens many connections that all say `bytes`, and asserts that others are served meanwhile. */
async function withMany(count: number, bytes: string): Promise<void> {
  const connections: RawConnection[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const connection = openRaw(url);
      connection.write(bytes);
      connections.push(connection);
    }
    await Promise.all(connections.map(({ socket }) => socket.connecting && once(socket, 'connect')));
    await expectServingSoon();
  } finally {
    for (const connection of connections) connection[Symbol.dispose]();
  }
}

test('a thousand connections that say nothing', () => withMany(1_000, ''));

test('hundreds of heads that do not end', () => withMany(500, `${head}x-slow: `));

test('hundreds of bodies that do not come', () =>
  withMany(500, `${head}content-length: 1000000\r\n\r\n{"query":`));

test('hundreds of chunks that do not come', () =>
  withMany(500, `${head}transfer-encoding: chunked\r\n\r\nfffff\r\n{"query":`));

test('hundreds that wait for 100 Continue and then say nothing', () =>
  withMany(300, `${head}expect: 100-continue\r\ncontent-length: 1000\r\n\r\n`));

test('many that do not read what they asked for', async () => {
  const schema =
    '{ __schema { types { name description fields { name description args { name description } } } } }';
  const asked = rawPost({ query: schema }).repeat(5);
  const connections = Array.from({ length: 20 }, () => openRaw(url, { isReading: false }));
  for (const connection of connections) connection.write(asked);
  // Until the first has its answer they may not even have come.
  await Promise.race(connections.map(({ socket }) => once(socket, 'readable')));
  await expectServingSoon();
  for (const connection of connections) connection[Symbol.dispose]();
});

test('hundreds that go away in the middle of everything', async () => {
  const begun = [
    head,
    `${head}content-length: 100\r\n\r\n{`,
    rawPost({ query: '{ events { nodes { id organizer { displayName } } } }' }),
    rawPost({ query: 'subscription { eventCreated { event { id } } }' }, [['accept', 'text/event-stream']]),
  ];
  for (let round = 0; round < 50; round++) {
    for (const bytes of begun) {
      const connection = openRaw(url);
      connection.write(bytes);
      setTimeout(() => connection.socket.resetAndDestroy(), round % 10);
    }
  }
  await expectServing();
});

test('one that sends its request byte by byte is served, too, if it does so in time', async () => {
  using connection = openRaw(url);
  connection.socket.setNoDelay(true);
  for (const byte of rawPost(body)) {
    connection.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await connection.until(/"__typename":"Query"/)).toContain('HTTP/1.1 200');
});

test('one that has said all and closes its side gets its answer, or none, and nothing else', async () => {
  using connection = openRaw(url);
  connection.socket.end(rawPost(body));
  const text = await connection.untilClosed();
  expect(statusesIn(text).filter((status) => status !== 200)).toEqual([]);
});

test('one that closes its side before it has said all is told so, or let go', async () => {
  for (const bytes of [head, `${head}content-length: 100\r\n\r\n{"query"`, 'POST', '\r\n', '\0']) {
    using connection = openRaw(url);
    connection.socket.end(bytes);
    const text = await connection.untilClosed();
    expect(statusesIn(text).filter((status) => status !== 400)).toEqual([]);
  }
});

test('pipelined requests are answered each and in order, and what is wrong ends them', async () => {
  using connection = openRaw(url);
  const ask = (index: number) => rawPost({ query: `{ a${index}: __typename }` });
  connection.write(ask(1) + ask(2) + ask(3));
  const text = await connection.until(/"a3":"Query"/);
  expect([...text.matchAll(/"(a\d)":/g)].map(([, alias]) => alias)).toEqual(['a1', 'a2', 'a3']);
  connection.write(`${ask(4)}nonsense\r\n\r\n${ask(5)}`);
  const rest = await connection.untilClosed();
  expect(rest).not.toContain('"a5"');
});

test('thousands of pipelined requests of one connection leave room for others', async () => {
  using connection = openRaw(url);
  connection.write(rawPost({ query: '{ __typename }' }).repeat(2_000));
  await connection.until(/"__typename":"Query"/);
  await expectServingSoon();
});

test('hundreds of pipelined requests that all have to wait for a subgraph end their connection', async () => {
  using connection = openRaw(url);
  const ask = (index: number) => rawPost({ query: `{ events(first: ${index % 100}) { nodes { id } } }` });
  connection.write(Array.from({ length: 1_000 }, (_, index) => ask(index)).join(''));
  const text = await connection.untilClosed();
  expect(statusesIn(text.slice(0, text.lastIndexOf('HTTP/1.1 '))).length).toBeLessThan(1_000);
  await expectServing();
});

// These wait for as long as the gateway does, so they wait together.
test.concurrent.each<[string, string, number[]]>([
  ['a head', `${head}x-slow: `, [408]],
  ['a body', `${head}content-length: 100\r\n\r\n{`, [408]],
  ['a chunk', `${head}transfer-encoding: chunked\r\n\r\n5\r\n{`, [408]],
  ['a second request', rawPost(body) + head, [200, 408]],
  ['anything', '', [408]],
])(
  '%s that does not come is waited for as long as the gateway is told, and no longer',
  async (_name, bytes, statuses) => {
    using connection = openRaw((await impatient).url);
    connection.write(bytes);
    const text = await connection.untilClosed();
    expect(statusesIn(text)).toEqual(statuses);
    expect(text).toContain('"code":"REQUEST_TIMEOUT"');
  },
);

test.concurrent('a drop now and then does not make a request last longer', async () => {
  using connection = openRaw((await impatient).url);
  connection.write(requestHead('POST /graphql HTTP/1.1', [['host', 'localhost']]).slice(0, -2));
  const drip = setInterval(() => connection.write('x: y\r\n'), 50);
  const text = await connection.untilClosed().finally(() => clearInterval(drip));
  expect(statusesIn(text)).toEqual([408]);
});

test('those who are not slow are served by it, too', async () => {
  const { url } = await impatient;
  expect((await send({ url, body: { query: '{ __typename }' } })).status).toBe(200);
});
