import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let graph: ForeignGraph;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startForeignGraph();
  graph.addPost({ title: 'one', author: '1' });
  gateway = await startTestGateway(graph.supergraphSdl);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

const whole = { posts: [{ title: 'one', author: { name: 'Person 1' } }] };

test.each([
  ['an inline fragment', '{ posts { title ... @defer { author { name } } } }', {}],
  ['a label', '{ posts { title ... on Post @defer(label: "writer") { author { name } } } }', {}],
  [
    'a named fragment, and a variable that nothing else uses',
    'query ($later: Boolean!) { posts { title ...Writer @defer(if: $later) } } fragment Writer on Post { author { name } }',
    { later: true },
  ],
  ['one inside another', '{ posts { title ... @defer { author { ... @defer { name } } } } }', {}],
])('who does not take parts gets what is deferred with the rest: %s', async (_name, query, variables) => {
  expect((await gateway.post(query, { variables })).body).toEqual({ data: whole });
});

test('@defer is checked as any directive: it stands on fragments, and its arguments are right', async () => {
  for (const query of ['{ posts @defer { title } }', '{ posts { ... @defer(label: 1) { title } } }']) {
    const { body } = await gateway.post(query);
    expect(body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  }
});
