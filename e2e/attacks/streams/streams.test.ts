import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { client, type Person, signUp } from '../../kit/client.ts';
import { createEvent } from '../../kit/graph.ts';
import { startGatewayBeside } from '../kit/gateway-beside.ts';
import { openRaw, type RawConnection, rawPost } from '../kit/raw.ts';
import { codesOf, type HeaderList, send } from '../kit/send.ts';
import { expectServing, expectSound } from '../kit/sound.ts';
import { url } from '../kit/system.ts';

const created = 'subscription { eventCreated { event { id title } } }';
const sse = ['accept', 'text/event-stream'] as const;

/** Limits few enough to be reached at once; the system's own are the same, with larger numbers. It starts meanwhile. */
const starting = startGatewayBeside({
  KRONOS_MAX_STREAMS_PER_CALLER: '5',
  KRONOS_MAX_STREAMS_PER_ADDRESS: '8',
});
afterAll(async () => (await starting)[Symbol.asyncDispose]());

let ada: Person;
let eve: Person;
beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp('Ada'), signUp('Eve')]);
});

function openStream(at: string, headers: (readonly [string, string])[] = [], query = created): RawConnection {
  const connection = openRaw(at);
  connection.write(rawPost({ query }, [sse, ...headers]));
  return connection;
}

describe('resuming from where nobody has been', () => {
  test.each([
    ...[
      '-1',
      '1e999',
      'NaN',
      'null',
      'a b',
      '; DROP',
      '../..',
      'x'.repeat(300),
      '%00',
      '<script>',
      '{}',
      '"',
    ],
    ...['\u00e9', '1\u2028', '0;1', '*', '$', '>', '(0', '[1'],
  ])('cursor %j', async (cursor) => {
    const replies = [
      send({
        headers: ['content-type', 'application/json', ...sse],
        body: { query: created, extensions: { lastEventId: cursor } },
      }),
    ];
    if (/^[\x20-\x7e]+$/.test(cursor))
      replies.push(
        send({
          headers: ['content-type', 'application/json', ...sse, 'last-event-id', cursor],
          body: { query: created },
        }),
      );
    for (const reply of await Promise.all(replies)) {
      expect(reply.status).toBe(reply.headers['content-type']?.includes('event-stream') ? 200 : 400);
      expect(reply.text).toMatch(/"code":"BAD_CURSOR"/);
      expect(reply.text).not.toContain('INTERNAL_SERVER_ERROR');
    }
  });

  test.each(['0', '1', '00000001', '9007199254740993', '18446744073709551615', '99999999999999999999999999'])(
    'cursor %j, which looks like one, ends with a code or goes on',
    async (cursor) => {
      using stream = openStream(url, [['last-event-id', cursor]]);
      const text = await stream.until(/\r\n\r\n[\s\S]*(id: |"code"|event: complete)/);
      expect(text).not.toMatch(/INTERNAL_SERVER_ERROR|HTTP\/1\.1 5(?!03)/);
    },
  );

  test('a cursor that is no text', async () => {
    for (const lastEventId of [1, -1, {}, [], true, ['1'], { $gt: 0 }]) {
      const reply = await send({
        headers: ['content-type', 'application/json', ...sse],
        body: { query: created, extensions: { lastEventId } },
      });
      expect([reply.status, codesOf(reply)]).toEqual([400, ['BAD_CURSOR']]);
    }
  });

  test('from the beginning, a stranger hears nothing that is not for strangers', async () => {
    const title = `Secret${Date.now()}`;
    await createEvent(ada, { title, visibility: 'PRIVATE' });
    const open = await createEvent(ada, { title: `Open${Date.now()}` });
    using stream = openStream(url, [['last-event-id', '0']]);
    const text = await stream.until(new RegExp(`${open.id}|"code"`), 20_000);
    expect(text).not.toContain(title);
  });
});

describe('single connections of others', () => {
  const post = (token: string, headers: HeaderList, body: unknown) =>
    send({
      headers: ['content-type', 'application/json', 'x-graphql-event-stream-token', token, ...headers],
      body,
    });
  const operation = (id: string) => ({ query: created, extensions: { operationId: id } });
  const asAda = () => ['authorization', `Bearer ${ada.token}`];
  const asEve = () => ['authorization', `Bearer ${eve.token}`];

  test('tokens are not guessed', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 5 }, async () => (await send({ method: 'PUT', headers: asAda() })).text),
    );
    expect(new Set(tokens).size).toBe(5);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/);
    for (const guess of [
      'x',
      '0',
      tokens[0]!.slice(0, -1),
      `${tokens[0]}A`,
      tokens[0]!.toLowerCase(),
      '__proto__',
      '*',
    ]) {
      const reply = expectSound(await post(guess, asAda(), operation('a')));
      expect([reply.status, codesOf(reply)]).toEqual([404, ['NOT_FOUND']]);
    }
  });

  test('who knows the token of another can neither send through it, nor stop what runs, nor listen in', async () => {
    const token = (await send({ method: 'PUT', headers: asAda() })).text;
    using stream = openRaw(url);
    const listen = (authorization: string) =>
      `GET /graphql?token=${token} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n${authorization}\r\n`;
    stream.write(listen(`authorization: Bearer ${ada.token}\r\n`));
    await stream.until(/\r\n\r\n/);
    expect((await post(token, asAda(), operation('mine'))).status).toBe(202);

    for (const headers of [asEve(), []]) {
      expect((await post(token, headers, operation('theirs'))).status).toBe(404);
      const at = `${url}?token=${token}&operationId=mine`;
      expect((await send({ method: 'DELETE', url: at, headers })).status).toBe(404);
      using second = openRaw(url);
      second.write(listen(headers.length > 0 ? `authorization: ${headers[1]}\r\n` : ''));
      expect(await second.until(/"code":"\w+"/)).toMatch(/HTTP\/1\.1 (404|409)/);
    }

    // What Ada runs still runs.
    const { id } = await createEvent(ada);
    expect(await stream.until(new RegExp(id))).not.toContain('theirs');
  });

  test('operations of absurd names, and of one name twice', async () => {
    const token = (await send({ method: 'PUT', headers: asAda() })).text;
    for (const id of ['', ' ', 'a b', 'x'.repeat(200), 'a\nevent: next', '{"a":1}', 1, null, [], {}]) {
      const reply = expectSound(await post(token, asAda(), operation(id as string)));
      expect([reply.status, codesOf(reply)]).toEqual([400, ['BAD_REQUEST']]);
    }
    expect((await post(token, asAda(), operation('a'))).status).toBe(202);
    expect((await post(token, asAda(), operation('a'))).status).toBe(409);
  });
});

test('a stream carries what its own viewer may see, however many listen beside them', async () => {
  const [toAda, toEve] = [await ada.listen(created), await eve.listen(created)];
  const strangers = Array.from({ length: 20 }, () => openStream(url));
  await Promise.all(strangers.map((stream) => stream.until(/id: /)));
  const title = `Hidden${Date.now()}`;
  const hidden = await createEvent(ada, { title, visibility: 'PRIVATE' });
  const open = await createEvent(ada);
  await Promise.all(strangers.map((stream) => stream.until(new RegExp(open.id))));
  for (const stream of strangers) {
    expect(stream.text).not.toContain(hidden.id);
    stream[Symbol.dispose]();
  }
  const first = (await toEve.next()).value.data.eventCreated.event.id;
  expect(first).not.toBe(hidden.id);
  await Promise.all([toAda.return?.(), toEve.return?.()]);
});

test('a stream for a field that is not open refuses, and the stream of a query is one answer', async () => {
  const refused = await send({
    headers: ['content-type', 'application/json', ...sse],
    body: { query: 'subscription { notificationReceived { notification { id body } } }' },
  });
  expect(refused.text).toContain('"code":"UNAUTHENTICATED"');
  const query = await send({
    headers: ['content-type', 'application/json', ...sse],
    body: { query: '{ __typename }' },
  });
  expect(query.text).toMatch(/event: next[\s\S]*"__typename":"Query"[\s\S]*event: complete/);
  const mutation = await client().query('subscription { eventCreated { event { id } } }');
  expect(mutation.errors?.length).toBeGreaterThan(0);
  await expectServing();
});

describe('too many', () => {
  test('of one caller, of one address, and for whom there is room again when they go', async () => {
    const small = await starting;
    const streams: RawConnection[] = [];
    const open = async (authorization: string) => {
      const stream = openStream(small.url, [['authorization', authorization]]);
      streams.push(stream);
      return stream.until(/\r\n\r\n[\s\S]+(:|id|event|code)/);
    };
    try {
      for (let index = 0; index < 5; index++)
        expect(await open(`Bearer ${ada.token}`)).toContain('HTTP/1.1 200');
      expect(await open(`Bearer ${ada.token}`)).toContain('"code":"RATE_LIMITED"');
      for (let index = 0; index < 3; index++)
        expect(await open(`Bearer ${eve.token}`)).toContain('HTTP/1.1 200');
      expect(await open(`Bearer ${eve.token}`)).toContain('"code":"RATE_LIMITED"');
      // Whoever has no token is the address itself.
      const stranger = await send({
        url: small.url,
        headers: ['content-type', 'application/json', ...sse],
        body: { query: created },
      });
      expect(stranger.status).toBe(429);
      expect(Number(stranger.headers['retry-after'])).toBeGreaterThan(0);
      const query = await send({ url: small.url, body: { query: '{ __typename }' } });
      expect(query.body.data).toEqual({ __typename: 'Query' });
    } finally {
      for (const stream of streams) stream[Symbol.dispose]();
    }
  });

  test('hundreds at the same moment, and hundreds that go at once', async () => {
    const small = await starting;
    const streams = Array.from({ length: 300 }, () => openStream(small.url));
    await Promise.all(streams.map((stream) => stream.until(/^HTTP\/1\.1 (200|429)/)));
    const open = streams.filter(({ text }) => text.startsWith('HTTP/1.1 200'));
    expect(open.length).toBeLessThanOrEqual(5);
    for (const stream of streams) stream[Symbol.dispose]();
    expect((await send({ url: small.url, body: { query: '{ __typename }' } })).status).toBe(200);
  });
});
