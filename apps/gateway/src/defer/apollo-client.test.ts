import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { createGate, type LibraryGraph, startLibraryGraph } from './testing/library-graph.ts';

let graph: LibraryGraph;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startLibraryGraph();
  gateway = await startTestGateway(graph.supergraphSdl);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

test('Apollo Client shows the first part before a slow subgraph has answered, and then the whole', async () => {
  const client = new ApolloClient({
    link: new HttpLink({ uri: gateway.url }),
    cache: new InMemoryCache(),
    incrementalHandler: new Defer20220824Handler(),
  });
  const query = gql`
    query {
      books { id title ...Rated @defer(label: "rated") }
    }
    fragment Rated on Book { rating reviews { id text ... @defer { critic { id fame } } } }
  `;
  const seen: { data: unknown; dataState: string; networkStatus: number }[] = [];
  graph.gate = createGate();
  const subscription = client
    .watchQuery({ query, errorPolicy: 'all' })
    .subscribe(({ data, dataState, networkStatus }) => seen.push({ data, dataState, networkStatus }));

  await vi.waitFor(() => expect(seen.at(-1)?.dataState).toBe('streaming'));
  expect(seen.at(-1)?.data).toMatchObject({ books: [{ title: 'Book 1' }, { title: 'Book 2' }] });
  expect(seen.at(-1)?.data).not.toHaveProperty('books.0.rating');

  graph.gate.open();
  await vi.waitFor(() => expect(seen.at(-1)?.data).toHaveProperty('books.1.reviews.1.critic'));
  const critic = { id: 'a1', fame: 7 };
  expect(seen.at(-1)?.data).toMatchObject({
    books: [
      {
        id: '1',
        rating: 0.5,
        reviews: [
          { id: 'r11', text: 'text r11', critic },
          { id: 'r12', critic },
        ],
      },
      {
        id: '2',
        rating: null,
        reviews: [
          { id: 'r21', critic },
          { id: 'r22', critic },
        ],
      },
    ],
  });
  subscription.unsubscribe();
  client.stop();
});
