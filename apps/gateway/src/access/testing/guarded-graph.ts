import { compose, createEventFeed, startTestSubgraph, type TestSubgraph } from '@kronos/engine/testing';

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@authenticated", "@requiresScopes", "@policy"])`;

const shopSdl = /* GraphQL */ `
  ${federation}
  type Query {
    items: [Item!]!
    item(id: ID!): Item
    posts: [Post!]
    either: [Either!]
    me: String @authenticated
    ledger: Ledger @policy(policies: [["billing"], ["audit", "owner"]])
  }
  type Mutation {
    open: Int!
    guarded: Int @requiresScopes(scopes: [["shop:write"]])
    last: Int
  }
  type Subscription { sold: Item! hidden: Int @authenticated }
  type Item @key(fields: "id") {
    id: ID!
    name: String!
    cost: Int @requiresScopes(scopes: [["shop:read", "shop:cost"], ["shop:admin"]])
    margin: Int! @authenticated
    day: Day
    owned: String @authenticated @policy(policies: [["owner"]])
  }
  interface Post { id: ID! title: String }
  type Blog implements Post { id: ID! title: String likes: Int @authenticated }
  type Diary implements Post @authenticated { id: ID! title: String }
  union Either = Blog | Diary
  type Ledger { total: Int! }
  scalar Day @authenticated
`;

const stockSdl = /* GraphQL */ `
  ${federation}
  type Item @key(fields: "id") { id: ID! left: Int supplier: Supplier @authenticated }
  type Supplier { name: String! phone: String @requiresScopes(scopes: [["shop:admin"]]) }
`;

/** A graph with every kind of access rule, whose subgraphs check none of them. */
export interface GuardedGraph extends AsyncDisposable {
  supergraphSdl: string;
  shop: TestSubgraph;
  stock: TestSubgraph;
  /** Root fields of mutations in the order in which they were run. */
  readonly mutations: string[];
  sell(id: string): void;
}

export async function startGuardedGraph(): Promise<GuardedGraph> {
  const mutations: string[] = [];
  const feed = createEventFeed();
  const item = (id: string) => ({
    id,
    name: `Item ${id}`,
    cost: 1,
    margin: 2,
    day: '2027-01-15',
    owned: 'yes',
  });
  const posts = [
    { __typename: 'Blog', id: 'b', title: 'Blog', likes: 3 },
    { __typename: 'Diary', id: 'd', title: 'Diary' },
  ];
  const run = (name: string) => () => mutations.push(name);
  const shop = await startTestSubgraph({
    sdl: shopSdl,
    feeds: { sold: feed },
    resolvers: {
      Query: {
        items: () => ['1', '2'].map(item),
        item: (_: unknown, { id }: { id: string }) => item(id),
        posts: () => posts,
        either: () => posts,
        me: () => 'me',
        ledger: () => ({ total: 7 }),
      },
      Mutation: { open: run('open'), guarded: run('guarded'), last: run('last') },
      Item: { __resolveReference: ({ id }: { id: string }) => item(id) },
    },
  });
  const stock = await startTestSubgraph({
    sdl: stockSdl,
    resolvers: {
      Item: { left: () => 5, supplier: () => ({ name: 'Acme', phone: '555' }) },
    },
  });
  return {
    supergraphSdl: compose({
      shop: { sdl: shopSdl, url: shop.url },
      stock: { sdl: stockSdl, url: stock.url },
    }),
    shop,
    stock,
    mutations,
    sell: (id) => feed.publish(item(id)),
    async [Symbol.asyncDispose]() {
      await Promise.all([shop.kill(), stock.kill()]);
    },
  };
}
