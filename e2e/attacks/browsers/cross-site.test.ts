import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Person, signUp } from '../../kit/client.ts';
import { exchange, rawPost, statusesIn } from '../kit/raw.ts';
import { type HeaderList, send } from '../kit/send.ts';
import { expectSound } from '../kit/sound.ts';
import { origin, url } from '../kit/system.ts';

let ada: Person;
beforeAll(async () => {
  ada = await signUp('Ada');
});

/** What a page of others would do, if it could: open an account, and know by its name whether that was done. */
const openAccount = (email: string) =>
  `mutation { userSignUp(input: { email: "${email}", password: "correct horse battery staple", displayName: "Mallory" }) { user { id } } }`;

/** Whether an account of this address was opened: an address is taken once. */
async function isTaken(email: string): Promise<boolean> {
  const query =
    'mutation($i: SessionCreateInput!) { sessionCreate(input: $i) { session { id } userErrors { code } } }';
  const input = { email, password: 'correct horse battery staple' };
  const { body } = await send({ body: { query, variables: { i: input } } });
  return body.data.sessionCreate.session !== null;
}

async function expectNothingDone(attempt: (query: string) => Promise<{ status: number }>): Promise<void> {
  const email = `mallory-${randomUUID()}@example.com`;
  const { status } = await attempt(openAccount(email));
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(await isTaken(email)).toBe(false);
}

describe('what a page can send to others without asking them first does nothing', () => {
  const simple = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b'];

  test.each([
    ...simple,
    'text/plain; charset=utf-8',
    'text/plain;application/json',
    'text/plain; a="application/json"',
    'TEXT/PLAIN',
    ' text/plain',
    'text/plain, application/json',
    'application/json, text/plain',
    'application/x-www-form-urlencoded; application/json',
    'text/html',
    'json',
    '*/*',
    'application/jsonp',
    '',
  ])('POST of %j', async (type) => {
    await expectNothingDone(async (query) => {
      const bodies = [
        JSON.stringify({ query }),
        `query=${encodeURIComponent(query)}`,
        `--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query })}\r\n--b--\r\n`,
        `--b\r\ncontent-disposition: form-data; name="query"\r\n\r\n${query}\r\n--b--\r\n`,
      ];
      const replies = [];
      for (const body of bodies) {
        for (const at of [url, `${url}?query=${encodeURIComponent(query)}`])
          replies.push(expectSound(await send({ url: at, headers: ['content-type', type], body })));
      }
      return { status: Math.min(...replies.map(({ status }) => status)) };
    });
  });

  test('POST without a content type, which a blob has', async () => {
    await expectNothingDone(async (query) => {
      const body = JSON.stringify({ query });
      const length = String(Buffer.byteLength(body));
      const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;
      return { status: statusesIn(await exchange(url, head + body))[0]! };
    });
  });

  test.each(['GET', 'HEAD'])('%s of a mutation, with whatever headers', async (method) => {
    for (const headers of [
      [],
      ['apollo-require-preflight', '1'],
      ['content-type', 'application/json'],
      ['accept', 'text/event-stream', 'sec-fetch-site', 'cross-site'],
      ['accept', 'text/event-stream', 'sec-fetch-site', 'same-origin'],
      ['accept', 'multipart/mixed;deferSpec=20220824', 'apollo-require-preflight', '1'],
    ])
      await expectNothingDone((query) =>
        send({ method, headers, url: `${url}?query=${encodeURIComponent(query)}` }),
      );
  });

  test('GET of a mutation that other methods are named for', async () => {
    for (const headers of [
      ['x-http-method-override', 'POST', 'apollo-require-preflight', '1'],
      ['x-method-override', 'POST', 'apollo-require-preflight', '1'],
    ])
      await expectNothingDone((query) =>
        send({ method: 'GET', headers, url: `${url}?_method=POST&query=${encodeURIComponent(query)}` }),
      );
  });

  test('GET of a query, which a script tag can send, gives nothing that a script could read', async () => {
    for (const headers of [
      [],
      ['accept', '*/*'],
      ['content-type', 'text/plain'],
      ['accept', 'text/event-stream'],
    ]) {
      const reply = await send({ method: 'GET', headers, url: `${url}?query={events{totalCount}}` });
      expect(expectSound(reply).status).toBe(400);
      expect(reply.text).not.toContain('totalCount":');
    }
  });

  test('streams by GET are for pages of this origin', async () => {
    const at = `${url}?query=${encodeURIComponent('subscription { eventCreated { event { id } } }')}`;
    for (const site of ['cross-site', 'same-site', 'nonsense', ''])
      expect(
        (
          await send({
            method: 'GET',
            url: at,
            headers: ['accept', 'text/event-stream', 'sec-fetch-site', site],
          })
        ).status,
      ).toBe(400);
  });

  test('graphql-sse’s single connections are reserved by who may ask', async () => {
    for (const type of simple) {
      await expectNothingDone(async (query) => {
        const reserved = await send({ method: 'PUT', headers: ['content-type', 'text/plain'], body: '' });
        const token = reserved.status === 201 ? reserved.text : 'none';
        return send({
          url: `${url}?token=${token}`,
          headers: ['content-type', type],
          body: JSON.stringify({ query, extensions: { operationId: 'a' } }),
        });
      });
    }
  });
});

describe('whose pages may read answers', () => {
  const foreign = [
    'https://evil.example',
    'null',
    'http://localhost.evil.example:3000',
    'http://localhost:3000.evil.example',
    'http://evil.example:3000',
    'https://localhost:3000',
    'http://localhost:30001',
    'http://LOCALHOST:3000',
    'file://',
    'http://127.0.0.1:3000',
    'http://localhost:3000, https://evil.example',
    'https://studio.apollographql.com.evil.example',
    'http://studio.apollographql.com',
    '*',
  ];

  const corsOf = (headers: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => /^access-control-allow-/.test(name)));

  test.each(foreign)('not those of %s', async (from) => {
    const body = { query: '{ __typename }' };
    const json: HeaderList = ['content-type', 'application/json', 'origin', from];
    const post = expectSound(await send({ headers: json, body }));
    const asked = expectSound(
      await send({
        method: 'OPTIONS',
        headers: [
          ...['origin', from, 'access-control-request-method', 'POST'],
          ...['access-control-request-headers', 'authorization,content-type'],
        ],
      }),
    );
    const own = await send({
      headers: [...json, 'authorization', `Bearer ${ada.token}`],
      body: { query: '{ viewer { user { id } } }' },
    });
    for (const { headers } of [post, asked, own]) {
      expect(corsOf(headers)).not.toHaveProperty('access-control-allow-origin', from);
      expect(corsOf(headers)['access-control-allow-origin']).not.toBe('*');
      expect(corsOf(headers)).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  test('those of the user interfaces, without credentials, and told apart by caches', async () => {
    const { headers } = await send({
      headers: ['content-type', 'application/json', 'origin', 'http://localhost:3000'],
      body: { query: '{ __typename }' },
    });
    expect(corsOf(headers)).toEqual({ 'access-control-allow-origin': 'http://localhost:3000' });
    expect(String(headers.vary).toLowerCase()).toContain('origin');
  });
});

test('cookies make nobody known, and none are given', async () => {
  const reply = await send({
    headers: [
      ...[
        'content-type',
        'application/json',
        'cookie',
        `token=${ada.token}; authorization=Bearer ${ada.token}`,
      ],
      ...['origin', origin],
    ],
    body: { query: '{ viewer { user { id } } }' },
  });
  expect(reply.body.data).toEqual({ viewer: null });
  expect(reply.headers).not.toHaveProperty('set-cookie');
});

test('pages cannot put ours in a frame, or guess at types', async () => {
  for (const path of ['/', '/explorer', '/graphql', '/health']) {
    const { headers } = await send({ method: 'GET', url: origin + path, headers: [] });
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(String(headers['content-security-policy'])).toMatch(/frame-ancestors 'self'/);
    expect(headers['x-frame-options']).toBe('SAMEORIGIN');
  }
});

test('an absolute target names no other host than the header does', async () => {
  const text = await exchange(
    url,
    rawPost({ query: '{ __typename }' }, [['connection', 'close']]).replace(
      '/graphql',
      'http://evil.example/graphql',
    ),
  );
  expect(statusesIn(text)[0]).toBeLessThan(500);
  expect(text).not.toContain('evil.example');
});
