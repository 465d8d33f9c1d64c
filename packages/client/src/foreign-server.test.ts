import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLInt, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/http';
import { expect, test } from 'vitest';
import { createKronosClient } from './index.ts';
import { all } from './testing/scripted-server.ts';

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { one: { type: GraphQLInt } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      countTo: {
        type: GraphQLInt,
        args: { limit: { type: GraphQLInt } },
        async *subscribe(_root, { limit }: { limit: number }) {
          for (let number = 1; number <= limit; number++) yield { countTo: number };
        },
      },
    },
  }),
});

test("graphql-sse's own server is understood, which gives no cursors", async () => {
  const server = createServer(createHandler({ schema })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createKronosClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  expect(
    await all(client.subscribe('subscription ($limit: Int) { countTo(limit: $limit) }', { limit: 3 })),
  ).toEqual([1, 2, 3].map((countTo) => ({ cursor: undefined, data: { countTo } })));
  await expect(client.subscribe('subscription { countBack }').next()).rejects.toThrow(/countBack/);
  server.close();
  server.closeAllConnections();
});
