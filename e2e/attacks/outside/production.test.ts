import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayBeside, startGatewayBeside } from '../kit/gateway-beside.ts';
import { codesOf, type HeaderList, send } from '../kit/send.ts';
import { expectSound } from '../kit/sound.ts';
import { url as developing } from '../kit/system.ts';

let gateway: GatewayBeside;
beforeAll(async () => {
  gateway = await startGatewayBeside({ NODE_ENV: 'production' });
});
afterAll(() => gateway?.[Symbol.asyncDispose]());

const json = ['content-type', 'application/json'];
const post = (body: unknown, headers: HeaderList = json) => send({ url: gateway.url, headers, body });

const introspections = [
  '{ __schema { types { name } } }',
  '{ __type(name: "User") { fields { name } } }',
  '{ events: __schema { queryType { name } } }',
  '{ ...F } fragment F on Query { __schema { queryType { name } } }',
  '{ ... { ... on Query { s: __schema { queryType { name } } } } }',
  '{ __schema @include(if: true) { queryType { name } } }',
  'query($no: Boolean = false) { __schema @skip(if: $no) { queryType { name } } }',
  '{\u00a0__schema { queryType { name } } }',
  '\ufeff{,,,__schema,,{,queryType,{,name,},},}',
  '#\n{ __schema # { events }\n { queryType { name } } }',
  'mutation { __schema { queryType { name } } }',
  'mutation { __type(name: "User") { name } }',
  'subscription { __schema { queryType { name } } }',
  '{ events { nodes { __schema { queryType { name } } } } }',
  'query A { __typename } query B { __schema { queryType { name } } }',
];

describe('nobody reads the schema', () => {
  test.each(introspections)('%s', async (query) => {
    const operationName = query.includes('query B') ? 'B' : undefined;
    const attempts = [
      await post({ query, operationName }),
      await post({ query, operationName }, [...json, 'accept', 'application/graphql-response+json']),
      await post({ query, operationName }, [...json, 'accept', 'text/event-stream']),
      await post({ query, operationName }, [...json, 'accept', 'multipart/mixed;deferSpec=20220824']),
      await send({
        url: `${gateway.url}?query=${encodeURIComponent(query)}&operationName=${operationName ?? ''}`,
        method: 'GET',
        headers: ['apollo-require-preflight', '1'],
      }),
    ];
    for (const { text, status } of attempts) {
      expect(status).toBeLessThan(500);
      expect(text).toContain('errors');
      expect(text).not.toMatch(/queryType|"fields":|"types":|"name":"User"/);
    }
  });

  test('by the hash of a document that a gateway which allows it has registered in the same Redis', async () => {
    const query = '{ __schema { queryType { name } mutationType { name } } }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const registered = await send({ url: developing, headers: json, body: { query, extensions } });
    expect(registered.body.data.__schema.queryType.name).toBe('Query');

    const reply = expectSound(await post({ extensions }));
    expect(reply.body.data).toBeUndefined();
    expect(['GRAPHQL_VALIDATION_FAILED', 'PERSISTED_QUERY_NOT_FOUND']).toContain(codesOf(reply)[0]);
  });

  test('by mistakes: no message says what would have been right', async () => {
    for (const query of [
      '{ evens { nodes { id } } }',
      '{ events { noodes { id } } }',
      '{ event(idd: "1") { id } }',
      '{ events(orderBy: [{ feild: STARTS_AT }]) { totalCount } }',
      'query($f: EventFiltre) { events(filter: $f) { totalCount } }',
      '{ events(filter: { stattus: { eq: PUBLISHED } }) { totalCount } }',
      '{ events { nodes { ... on Evnt { id } } } }',
    ]) {
      const { body, text } = expectSound(await post({ query }));
      expect(body.errors.length).toBeGreaterThan(0);
      expect(text).not.toContain('Did you mean');
    }
  });
});

test('there is no page that explores the graph', async () => {
  for (const path of [
    '/explorer',
    '/explorer/',
    '/explorer/index.html',
    '/sandbox',
    '/graphiql',
    '/playground',
  ]) {
    const reply = await send({ method: 'GET', url: gateway.origin + path, headers: ['accept', 'text/html'] });
    expect(reply.status).toBe(404);
  }
  const { text } = await send({ method: 'GET', url: `${gateway.origin}/`, headers: ['accept', 'text/html'] });
  expect(text).not.toMatch(/sandbox|<script/i);
});
