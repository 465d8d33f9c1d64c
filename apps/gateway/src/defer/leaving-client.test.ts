import { expect, test, vi } from 'vitest';
import { startScriptedGraph } from '../testing/scripted-graph.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { postForParts } from './testing/read-parts.ts';

const federation = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

test('when the client leaves, what runs for parts that nobody will read is given up', async () => {
  await using graph = await startScriptedGraph({
    quick: {
      sdl: `${federation} type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! }`,
      answer: () => ({ body: { data: { thing: { __typename: 'Thing', id: '1' } } } }),
    },
    slow: {
      sdl: `${federation} type Thing @key(fields: "id") { id: ID! size: Int }`,
      answer: () => new Promise(() => undefined),
    },
  });
  await using gateway = await startTestGateway(graph.supergraphSdl);
  const answer = await postForParts(gateway.url, '{ thing { id ... @defer { size } } }');
  expect(await answer.next()).toEqual({ data: { thing: { id: '1' } }, hasNext: true });
  await vi.waitFor(() => expect(graph.seen.slow).toHaveLength(1));
  expect(graph.seen.slow![0]!.request.socket.destroyed).toBe(false);

  answer.leave();
  await vi.waitFor(() => expect(graph.seen.slow![0]!.request.socket.destroyed).toBe(true));
});
