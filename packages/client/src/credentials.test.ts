import { expect, test, vi } from 'vitest';
import { createKronosClient, type Token } from './index.ts';
import { all, type Exchange, refusal, startScriptedServer, ticks } from './testing/scripted-server.ts';

const document = 'subscription { tick }';

/** Accepts one token alone. */
const onlyFor = (token: string, script: (exchange: Exchange) => unknown) => (exchange: Exchange) =>
  exchange.headers.authorization === `Bearer ${token}`
    ? script(exchange)
    : exchange.refuse(401, refusal('UNAUTHENTICATED'));

function listen(url: string, token: Token) {
  const client = createKronosClient({ url, token, backOff: { initialMs: 5, maxMs: 20 } });
  return async () => (await all(client.subscribe(document))).map(({ cursor }) => cursor);
}

test('a token that is refused at the door is replaced by a fresh one, once', async () => {
  await using server = await startScriptedServer([
    onlyFor('fresh', (exchange) => {
      ticks(exchange, 1);
      exchange.complete();
    }),
  ]);
  const token = vi.fn(async (refused: string | undefined) => (refused ? 'fresh' : 'stale'));
  expect(await listen(server.url, token)()).toEqual(['1']);
  expect(token.mock.calls).toEqual([[undefined], ['stale']]);
});

test('a token that expires on the way is replaced, and nothing is missed', async () => {
  await using server = await startScriptedServer([
    onlyFor('1', (exchange) => {
      ticks(exchange, 1);
      exchange.event(undefined, refusal('UNAUTHENTICATED'));
      exchange.complete();
    }),
    onlyFor('2', (exchange) => {
      ticks(exchange, 2);
      exchange.event(undefined, refusal('UNAUTHENTICATED'));
      exchange.complete();
    }),
    onlyFor('3', (exchange) => {
      ticks(exchange, 3);
      exchange.complete();
    }),
  ]);
  let issued = 0;
  expect(await listen(server.url, () => String(++issued))()).toEqual(['1', '2', '3']);
  expect(server.exchanges.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '2']);
});

test('a fresh token that is refused as well ends the subscription', async () => {
  await using server = await startScriptedServer([onlyFor('none', () => undefined)]);
  const token = vi.fn(() => 'useless');
  await expect(listen(server.url, token)()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(token).toHaveBeenCalledTimes(2);
  expect(server.exchanges).toHaveLength(2);
});

test('a token that is no function is tried once', async () => {
  await using server = await startScriptedServer([onlyFor('fresh', () => undefined)]);
  await expect(listen(server.url, 'stale')()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(server.exchanges).toHaveLength(1);
});

test('subscriptions of one client fetch one token for all, and a connection that is lost needs no other', async () => {
  await using server = await startScriptedServer([
    onlyFor('fresh', (exchange) => {
      if (exchange.headers['last-event-id']) return exchange.complete();
      ticks(exchange, 1);
      exchange.end();
    }),
  ]);
  const token = vi.fn(async (refused: string | undefined) => (refused ? 'fresh' : 'stale'));
  const hear = listen(server.url, token);
  await Promise.all([hear(), hear(), hear()]);
  expect(token).toHaveBeenCalledTimes(2);
});

test('what the function throws is thrown, and the next subscription asks it again', async () => {
  await using server = await startScriptedServer([onlyFor('fresh', (exchange) => exchange.complete())]);
  const token = vi
    .fn<() => string>()
    .mockReturnValue('fresh')
    .mockImplementationOnce(() => {
      throw new Error('log in again');
    });
  const hear = listen(server.url, token);
  await expect(hear()).rejects.toThrow('log in again');
  expect(await hear()).toEqual([]);
});
