import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ScriptedGraph, startScriptedGraph } from '../testing/scripted-graph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let graph: ScriptedGraph;
let gateway: TestGateway;
let shop: { headers?: Record<string, string | string[]>; status?: number; body?: unknown };
let news: typeof shop;

beforeAll(async () => {
  graph = await startScriptedGraph({
    shop: {
      sdl: 'type Query { stock: Int } type Mutation { buy: Int }',
      answer: () => ({ body: { data: { stock: 1, buy: 1 } }, ...shop }),
    },
    news: {
      sdl: 'type Query { headline: String }',
      answer: () => ({ body: { data: { headline: 'nothing new' } }, ...news }),
    },
  });
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_RESPONSE_HEADERS: 'cache-control, Set-Cookie, x-region',
  });
});
beforeEach(() => {
  shop = {};
  news = {};
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

const both = '{ stock headline }';

test('headers on the list reach subgraphs, no others do', async () => {
  const headers = { 'accept-language': 'de', 'x-client-version': '7', cookie: 'secret=1', 'x-other': '1' };
  await gateway.post('{ stock }', { headers: { ...headers, 'x-kronos-client-address': '192.0.2.1' } });
  const got = graph.seen.shop!.at(-1)!.request.headers;
  expect(got).toMatchObject({ 'accept-language': 'de', 'x-client-version': '7' });
  expect(got).not.toHaveProperty('cookie');
  expect(got).not.toHaveProperty('x-other');
  expect(got['x-kronos-client-address']).toBe('127.0.0.1');
});

test('cookies of all subgraphs arrive, of mutations too', async () => {
  shop.headers = { 'set-cookie': ['a=1; Path=/', 'b=2'] };
  news.headers = { 'set-cookie': 'c=3' };
  const { headers } = await gateway.post(both);
  expect(headers.getSetCookie().toSorted()).toEqual(['a=1; Path=/', 'b=2', 'c=3']);
  const bought = await gateway.post('mutation { buy }');
  expect(bought.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
});

test('the most restrictive cache-control wins, when every subgraph gave one', async () => {
  shop.headers = { 'cache-control': 'public, max-age=60' };
  news.headers = { 'cache-control': 'public, max-age=10' };
  const { headers } = await gateway.post(both);
  expect(headers.get('cache-control')).toBe('public, max-age=10');
  expect(headers.get('vary')).toMatch(/origin.*authorization.*accept-language/i);
  news.headers = {};
  expect((await gateway.post(both)).headers.get('cache-control')).toBeNull();
  news.headers = { 'cache-control': 'private' };
  expect((await gateway.post(both)).headers.get('cache-control')).toBe('private, max-age=0');
});

test('an answer to somebody who is known, or with a cookie, is private', async () => {
  shop.headers = { 'cache-control': 'public, max-age=60, s-maxage=90' };
  const known = await gateway.post('{ stock }', { headers: { authorization: 'Bearer x' } });
  expect(known.headers.get('cache-control')).toBe('private, max-age=60');
  shop.headers = { ...shop.headers, 'set-cookie': 'a=1' };
  expect((await gateway.post('{ stock }')).headers.get('cache-control')).toBe('private, max-age=60');
});

test('neither errors nor mutations may be kept', async () => {
  shop.headers = { 'cache-control': 'public, max-age=60' };
  expect((await gateway.post('mutation { buy }')).headers.get('cache-control')).toBeNull();
  shop.body = { data: { stock: null }, errors: [{ message: 'no', extensions: { code: 'NO' } }] };
  expect((await gateway.post('{ stock }')).headers.get('cache-control')).toBeNull();
  shop = { status: 500, body: '' };
  news.headers = { 'cache-control': 'public, max-age=60' };
  expect((await gateway.post(both)).headers.get('cache-control')).toBeNull();
});

test('other headers on the list arrive with the different values that there are', async () => {
  shop.headers = { 'x-region': 'eu', 'x-secret': '1' };
  news.headers = { 'x-region': 'us' };
  const { headers } = await gateway.post(both);
  expect(headers.get('x-region')?.split(', ').toSorted()).toEqual(['eu', 'us']);
  expect(headers.get('x-secret')).toBeNull();
});
