import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
} from '@apollo/client';
import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createResumingLink } from './apollo.ts';
import { createKronosClient } from './index.ts';
import { type GatewayProcess, startGatewayProcess } from './testing/gateway-process.ts';

const query = gql('subscription { postAdded { title author { name } } }');

let graph: ForeignGraph;
let gateway: GatewayProcess;
let apollo: ApolloClient;
beforeAll(async () => {
  graph = await startForeignGraph();
  gateway = await startGatewayProcess(graph.supergraphSdl);
  const kronos = createKronosClient({ url: gateway.url, backOff: { initialMs: 20, maxMs: 200 } });
  apollo = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([createResumingLink(kronos), new HttpLink({ uri: gateway.url })]),
  });
});
afterAll(async () => {
  apollo?.stop();
  await gateway?.[Symbol.asyncDispose]();
  await graph?.[Symbol.asyncDispose]();
});

interface Post {
  postAdded: { title: string; author: { name: string } };
}

/** What a component would see. */
function watch(context: Record<string, unknown> = {}, document = query) {
  const seen: { titles: string[]; cursors: unknown[]; error?: unknown; isComplete?: boolean } = {
    titles: [],
    cursors: [],
  };
  const subscription = apollo
    .subscribe<Post>({ query: document, context, fetchPolicy: 'no-cache' })
    .subscribe({
      next({ data, error, extensions }) {
        if (error) seen.error = error;
        if (data) seen.titles.push(data.postAdded.title);
        if (data) seen.cursors.push(extensions?.cursor);
      },
      complete() {
        seen.isComplete = true;
      },
    });
  return { seen, stop: () => subscription.unsubscribe() };
}

const publish = (...titles: string[]) => titles.map((title) => graph.addPost({ title, author: '1' }));
const standing = (streams: number) => vi.waitFor(() => expect(graph.posts.streams).toBe(streams));

test('what happens while the gateway is away arrives when it is back, and a query takes the other link', async () => {
  const { seen, stop } = watch();
  await standing(1);
  publish('one', 'two');
  await vi.waitFor(() => expect(seen.titles).toHaveLength(2));
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await gateway.stop(signal);
    publish(`after ${signal}`);
    await gateway.start();
    await vi.waitFor(() => expect(seen.titles.at(-1)).toBe(`after ${signal}`), { timeout: 10_000 });
  }
  expect(seen.titles).toEqual(['one', 'two', 'after SIGTERM', 'after SIGKILL']);
  expect(seen.cursors).toEqual(['1', '2', '3', '4']);
  expect(seen.error).toBeUndefined();

  const { data } = await apollo.query<{ count: number }>({ query: gql('{ count }') });
  expect(data?.count).toBe(4);
  stop();
  await standing(0);
}, 60_000);

test('the context says where to begin and where the position is kept', async () => {
  const saved: string[] = [];
  const { seen, stop } = watch({ from: '2', cursor: { save: (cursor: string) => void saved.push(cursor) } });
  await vi.waitFor(() => expect(seen.titles).toEqual(['after SIGTERM', 'after SIGKILL']));
  await vi.waitFor(() => expect(saved).toEqual(['2', '3', '4']));
  stop();
});

test('a refusal is an error of Apollo Client, with its code', async () => {
  const { seen } = watch({ from: 'expired' });
  await vi.waitFor(() => expect(seen.isComplete).toBe(true));
  expect(CombinedGraphQLErrors.is(seen.error)).toBe(true);
  expect((seen.error as CombinedGraphQLErrors).errors[0]?.extensions?.code).toBe(
    'SUBSCRIPTION_CURSOR_EXPIRED',
  );
});
