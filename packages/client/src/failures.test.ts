import { expect, test } from 'vitest';
import { createKronosClient, KronosError } from './index.ts';
import { type Exchange, refusal, startScriptedServer, tick, ticks } from './testing/scripted-server.ts';

const document = 'subscription { tick }';
const inStream = (code: string) => (exchange: Exchange) => {
  exchange.position('1');
  exchange.event(undefined, refusal(code));
  exchange.complete();
};

async function failure(script: (exchange: Exchange) => unknown, heard: unknown[] = []) {
  await using server = await startScriptedServer([script]);
  const client = createKronosClient({ url: server.url, maxEventSize: 10_000 });
  const error = await (async () => {
    for await (const { data } of client.subscribe(document)) heard.push(data);
  })().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(KronosError);
  expect(server.exchanges).toHaveLength(1);
  return error as KronosError;
}

test.each(['FORBIDDEN', 'GRAPHQL_VALIDATION_FAILED', 'SUBSCRIPTION_CURSOR_EXPIRED', 'UNAUTHENTICATED'])(
  '%s is thrown with its code',
  async (code) => {
    const error = await failure(inStream(code));
    expect(error).toMatchObject({ code, message: `It is ${code}.`, errors: refusal(code).errors });
  },
);

test.each([
  [(to: Exchange) => to.refuse(401, refusal('UNAUTHENTICATED')), 'UNAUTHENTICATED'],
  [(to: Exchange) => to.refuse(200, refusal('GRAPHQL_PARSE_FAILED')), 'GRAPHQL_PARSE_FAILED'],
  [(to: Exchange) => to.refuse(401, 'Who are you?'), 'UNAUTHENTICATED'],
  [(to: Exchange) => to.refuse(403, 'No.'), 'FORBIDDEN'],
  [(to: Exchange) => to.refuse(404, 'Nothing here.'), 'NOT_A_STREAM'],
  [(to: Exchange) => to.refuse(200, { data: { tick: 1 } }), 'NOT_A_STREAM'],
  [(to: Exchange) => to.event(undefined, { data: null, ...refusal('FORBIDDEN') }), 'FORBIDDEN'],
  [(to: Exchange) => to.event(undefined, { errors: [{ message: 'Without a code.' }] }), 'UNKNOWN'],
])('refusals of every kind have a code: %#', async (script, code) => {
  expect((await failure(script)).code).toBe(code);
});

test('one error that will not pass counts more than one that will', async () => {
  const { errors } = refusal('SERVICE_UNAVAILABLE');
  const { code } = await failure((exchange) =>
    exchange.event(undefined, { errors: [...errors, ...refusal('FORBIDDEN').errors] }),
  );
  expect(code).toBe('FORBIDDEN');
});

test('an event that cannot be read ends the subscription, after those before it', async () => {
  const heard: unknown[] = [];
  const malformed = await failure((exchange) => {
    exchange.send('id: 1\nevent: next\ndata: {"data":{"tick":1}}\n\nid: 2\nevent: next\ndata: {"da\n\n');
  }, heard);
  expect(malformed.code).toBe('MALFORMED_EVENT');
  const large = await failure((exchange) => {
    ticks(exchange, 1);
    exchange.event('2', { data: { tick: 'x'.repeat(1_000_000) } });
  }, heard);
  expect(large.code).toBe('EVENT_TOO_LARGE');
  expect(heard).toEqual([tick(1).data, tick(1).data]);
});

test('an address that is none, and a header that cannot be sent, are said at once', async () => {
  expect(() => createKronosClient({ url: 'localhost graphql' })).toThrow(TypeError);
  const client = createKronosClient({ url: 'http://127.0.0.1:1/', token: 'a\nb' });
  await expect(client.subscribe(document).next()).rejects.toThrow(TypeError);
});
