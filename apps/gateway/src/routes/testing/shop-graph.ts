import { compose, startTestSubgraph, type TestSubgraph } from '@kronos/engine/testing';
import { GraphQLError } from 'graphql';

const sdl = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes"])
  scalar DateTime
  type Query {
    item(id: ID!): Item
    items(first: Int = 20, ids: [ID!], kind: Kind, isNew: Boolean, filter: ItemFilter): ItemConnection!
    "Fails with the code that is asked for."
    failing(code: String!, retryAfter: Int): Item
    secret: Item @authenticated
  }
  type Mutation { itemCreate(input: ItemCreateInput!): ItemPayload! itemDelete(id: ID!): ItemPayload! }
  enum Kind { BOOK "Anything else." OTHER }
  input ItemFilter { minPrice: Float }
  input ItemCreateInput {
    "What it is called."
    title: String!
    kind: Kind! = BOOK
    price: Int
    at: DateTime
    tags: [String!]
    userError: String
  }
  type ItemPayload { item: Item userErrors: [UserError!]! }
  type UserError { code: String! message: String! field: [String!] }
  type ItemConnection { nodes: [Item!]! totalCount: Int! }
  interface Named { title: String! }
  type Item implements Named @key(fields: "id") {
    id: ID!
    "What it is called."
    title: String!
    kind: Kind!
    price: Float
    at: DateTime
    tags: [String!]!
    "What was asked for."
    arguments: String
    "Fails always."
    stock: Int
  }
`;

/** A shop in one subgraph, and the headers that it was asked with. */
export interface ShopGraph extends AsyncDisposable {
  supergraphSdl: string;
  subgraph: TestSubgraph;
}

const item = (given: Record<string, unknown> = {}) => ({
  id: '1',
  title: 'Book',
  kind: 'BOOK',
  tags: [],
  ...given,
});

export async function startShopGraph(): Promise<ShopGraph> {
  const fail = (code: string, retryAfter?: number | null) => {
    throw new GraphQLError(`failed with ${code}`, {
      extensions: { code, retryAfter: retryAfter ?? undefined },
    });
  };
  const subgraph = await startTestSubgraph({
    sdl,
    resolvers: {
      Query: {
        item: (_: unknown, { id }: { id: string }) => (id === '0' ? null : item({ id })),
        items: (_: unknown, given: Record<string, unknown>) => ({
          nodes: [item({ arguments: JSON.stringify(given) })],
          totalCount: 1,
        }),
        failing: (_: unknown, { code, retryAfter }: { code: string; retryAfter?: number }) =>
          fail(code, retryAfter),
        secret: () => item(),
      },
      Mutation: {
        itemCreate: (_: unknown, { input }: { input: Record<string, unknown> }) => {
          const code = input.userError as string | undefined;
          if (!code) return { item: item({ ...input, arguments: JSON.stringify(input) }), userErrors: [] };
          const fault = { code, message: 'It cannot be.', field: ['input', 'title'] };
          return { item: null, userErrors: [fault, { ...fault, code: 'INVALID' }] };
        },
        itemDelete: (_: unknown, { id }: { id: string }) => ({ item: item({ id }), userErrors: [] }),
      },
      Item: { stock: () => fail('SERVICE_UNAVAILABLE') },
    },
  });
  return {
    supergraphSdl: compose({ shop: { sdl, url: subgraph.url } }),
    subgraph,
    [Symbol.asyncDispose]: () => subgraph.kill(),
  };
}
