import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let graph: ForeignGraph;
let gateway: TestGateway;
beforeAll(async () => {
  graph = await startForeignGraph();
  gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_ALLOWED_HOSTS: 'graph.example' });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

const post = (host: string, url = '/graphql') =>
  gateway.gateway.app.inject({
    method: 'POST',
    url,
    headers: { host, 'content-type': 'application/json' },
    payload: { query: '{ __typename }' },
  });

test('a request for a foreign host is refused at every path, in the coded shape', async () => {
  for (const url of ['/graphql', '/health', '/metrics', '/explorer', '/nowhere']) {
    const answer = await post('evil.example', url);
    expect(answer.statusCode).toBe(421);
    expect(answer.json().errors[0].extensions).toMatchObject({
      code: 'HOST_NOT_ALLOWED',
      requestId: answer.headers['x-request-id'],
    });
  }
});

test('one for a host that is named, and for this machine, is answered', async () => {
  for (const host of ['graph.example', 'graph.example:4000', 'localhost:4000', '127.0.0.1', '[::1]:4000'])
    expect((await post(host)).json()).toMatchObject({ data: { __typename: 'Query' } });
});
