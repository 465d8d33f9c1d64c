import { setTimeout as sleep } from 'node:timers/promises';
import { compose } from '@kronos/operations/testing';
import { GraphQLError } from 'graphql';
import { createEventFeed } from './event-feed.ts';
import { startTestSubgraph, type TestSubgraph } from './test-subgraph.ts';

const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes"])';

export const peopleSdl = /* GraphQL */ `
  ${federation}
  type Query { people: [Person!]! person(id: ID!): Person whoAmI: String slow: String }
  type Mutation { personRename(id: ID!, name: String!): Person }
  type Person @key(fields: "id") {
    id: ID!
    name: String!
    "Fails for everybody, with a code."
    diary: String
    "Fails with an error that nobody should read."
    broken: String
    email: String @authenticated
    salary: Int @requiresScopes(scopes: [["payroll:read"]])
  }
`;

export const postsSdl = /* GraphQL */ `
  ${federation}
  type Query { posts: [Post!]! count: Int! }
  type Mutation { postAdd(title: String!, author: ID!): Post! }
  type Subscription { postAdded(loud: Boolean = false): Post! counted: Int! }
  type Post @key(fields: "id") { id: ID! title(upper: Boolean = false): String! author: Person! }
  type Person @key(fields: "id", resolvable: false) { id: ID! }
`;

/** Two subgraphs that know nothing of Kronos, and the supergraph that Apollo composes from them. */
export interface ForeignGraph extends AsyncDisposable {
  readonly supergraphSdl: string;
  readonly people: TestSubgraph;
  readonly posts: TestSubgraph;
  /** Publishes `postAdded`; the last event of a stream completes it. */
  addPost(post: { title: string; author: string; isLast?: boolean }): void;
}

/** Starts the two subgraphs on free ports. Persons exist for any id; person 0 does not. */
export async function startForeignGraph(): Promise<ForeignGraph> {
  const feed = createEventFeed();
  const posts: Record<string, unknown>[] = [];
  const personOf = (id: string) =>
    id === '0' ? null : { id, name: `Person ${id}`, email: `${id}@example.com` };

  function addPost(post: { title: string; author: string; isLast?: boolean }) {
    const added = { ...post, id: String(posts.length + 1), author: { id: post.author } };
    posts.push(added);
    feed.publish(added);
    return added;
  }

  const people = await startTestSubgraph({
    sdl: peopleSdl,
    resolvers: {
      Query: {
        people: () => ['1', '2'].map(personOf),
        person: (_: unknown, { id }: { id: string }) => personOf(id),
        whoAmI: (_: unknown, __: unknown, { headers }: { headers: Record<string, string> }) =>
          headers.authorization ?? null,
        slow: () => sleep(300, 'done'),
      },
      Mutation: { personRename: (_: unknown, person: { id: string; name: string }) => person },
      Person: {
        __resolveReference: ({ id }: { id: string }) => personOf(id),
        diary() {
          throw new GraphQLError('diaries are private', {
            extensions: { code: 'FORBIDDEN', stacktrace: ['secret'] },
          });
        },
        broken() {
          throw new Error('password is hunter2');
        },
        salary: () => 100,
      },
    },
  });
  const postsSubgraph = await startTestSubgraph({
    sdl: postsSdl,
    feeds: { postAdded: feed },
    resolvers: {
      Query: { posts: () => posts, count: () => posts.length },
      Mutation: { postAdd: (_: unknown, post: { title: string; author: string }) => addPost(post) },
      Post: {
        title: ({ title }: { title: string }, { upper }: { upper: boolean }) =>
          upper ? title.toUpperCase() : title,
        __resolveReference: ({ id }: { id: string }) => posts[Number(id) - 1],
      },
    },
  });

  return {
    supergraphSdl: compose({
      people: { sdl: peopleSdl, url: people.url },
      posts: { sdl: postsSdl, url: postsSubgraph.url },
    }),
    people,
    posts: postsSubgraph,
    addPost,
    async [Symbol.asyncDispose]() {
      await Promise.all([people.kill(), postsSubgraph.kill()]);
    },
  };
}
