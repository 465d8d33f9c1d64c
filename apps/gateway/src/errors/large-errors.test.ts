import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let graph: ForeignGraph;
let gateway: TestGateway;
beforeAll(async () => {
  graph = await startForeignGraph();
  gateway = await startTestGateway(graph.supergraphSdl);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

test('an answer is not larger than its request because each mistake quotes all of it', async () => {
  const value = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`a${index}`, 'x'.repeat(10_000)]),
  );
  const { body } = await gateway.post('query ($id: ID!) { person(id: $id) { name } }', {
    variables: { id: value },
  });
  expect(new Set(body.errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
  expect(JSON.stringify(body).length).toBeLessThan(20_000);
});

test('a long name comes back cut, and of thousands of places ten', async () => {
  const long = await gateway.post(`{ ${'f'.repeat(100_000)} }`);
  expect(long.body.errors?.[0]).toMatchObject({
    message: expect.stringMatching(/^Cannot query field "f{900,1000}…$/),
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
  const repeated = await gateway.post(`query (${'$a: Int '.repeat(1_000)}) { __typename }`);
  expect((repeated.body.errors as { locations: unknown[] }[] | undefined)?.[0]?.locations).toHaveLength(10);
});

test('a document that is nested beyond the parser’s stack is too large, not broken', async () => {
  for (const document of ['{a'.repeat(7_000), `{ a(b: ${'['.repeat(14_000)}`]) {
    const { body } = await gateway.post(document);
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('brackets in each other, where 200 are allowed'),
      extensions: { code: 'OPERATION_LIMIT_EXCEEDED', details: { limit: 'nesting', maximum: 200 } },
    });
  }
});
