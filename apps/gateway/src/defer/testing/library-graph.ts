import { compose, startTestSubgraph, type TestSubgraph } from '@kronos/engine/testing';
import { GraphQLError } from 'graphql';

const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])';

const booksSdl = /* GraphQL */ `
  ${federation}
  type Query { books: [Book!]! shelves: [[Media]!]! book(id: ID!): Book nobody: Book motto: String }
  type Mutation { bookRename(id: ID!, title: String!): Book bookCount: Int }
  interface Media { id: ID! title: String! }
  type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int author: Author secret: String @authenticated }
  type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int }
  type Author @key(fields: "id") { id: ID! name: String! }
`;

const reviewsSdl = /* GraphQL */ `
  ${federation}
  type Query { bestReview: Review }
  type Book @key(fields: "id") { id: ID! reviews: [Review!] rating: Float strictRating: Float! }
  type Film @key(fields: "id") { id: ID! rating: Float }
  type Review @key(fields: "id") { id: ID! text: String! critic: Author }
  type Author @key(fields: "id") { id: ID! fame: Int }
`;

/** What waits until a test lets it go on. */
export interface Gate {
  open(): void;
  /** Whether somebody has come to it. */
  readonly isReached: boolean;
  /** Comes to it and waits until it is open. */
  reach(): Promise<void>;
}

export function createGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isReached = false;
  return {
    open: resolve,
    get isReached() {
      return isReached;
    },
    reach() {
      isReached = true;
      return promise;
    },
  };
}

/** Books in one subgraph, what is said of them in another that a test can hold. */
export interface LibraryGraph extends AsyncDisposable {
  supergraphSdl: string;
  books: TestSubgraph;
  reviews: TestSubgraph;
  /** Every answer of the reviews waits for it; none when undefined. */
  gate: Gate | undefined;
  /** The order in which mutations, and the reads of reviews, came. */
  readonly log: string[];
}

export async function startLibraryGraph(): Promise<LibraryGraph> {
  const book = (id: string) => ({
    __typename: 'Book',
    id,
    title: `Book ${id}`,
    pages: 100,
    author: { id: `a${id}` },
  });
  const film = (id: string) => ({ __typename: 'Film', id, title: `Film ${id}`, minutes: 90 });
  const log: string[] = [];
  const books = await startTestSubgraph({
    sdl: booksSdl,
    resolvers: {
      Query: {
        books: () => ['1', '2'].map(book),
        shelves: () => [
          [book('1'), null],
          [film('9'), book('2')],
        ],
        book: (_: unknown, { id }: { id: string }) => book(id),
        nobody: () => null,
        motto: () => 'silence',
      },
      Mutation: {
        bookRename(_: unknown, { id, title }: { id: string; title: string }) {
          log.push(`rename ${id}`);
          return { ...book(id), title };
        },
        bookCount() {
          log.push('count');
          return 2;
        },
      },
      Book: { __resolveReference: ({ id }: { id: string }) => book(id) },
      Film: { __resolveReference: ({ id }: { id: string }) => film(id) },
      Author: { name: ({ id }: { id: string }) => `Author ${id}` },
    },
  });
  const graph = { gate: undefined as Gate | undefined };
  const rate = async ({ id }: { id: string }) => {
    log.push(`rate ${id}`);
    await graph.gate?.reach();
    if (id === '2') throw new GraphQLError('No rating.', { extensions: { code: 'NOT_RATED' } });
    return Number(id) / 2;
  };
  const review = (id: string) => ({ id, text: `text ${id}`, critic: { id: 'a1' } });
  const reviews = await startTestSubgraph({
    sdl: reviewsSdl,
    resolvers: {
      Query: { bestReview: () => ({ id: 'best', text: 'the best' }) },
      Book: {
        async reviews({ id }: { id: string }) {
          await graph.gate?.reach();
          return [1, 2].map((number) => review(`r${id}${number}`));
        },
        rating: rate,
        strictRating: rate,
      },
      Review: { __resolveReference: ({ id }: { id: string }) => review(id) },
      Film: { rating: rate },
      Author: { fame: () => 7 },
    },
  });
  const supergraphSdl = compose({
    books: { sdl: booksSdl, url: books.url },
    reviews: { sdl: reviewsSdl, url: reviews.url },
  });
  return Object.assign(graph, {
    supergraphSdl,
    books,
    reviews,
    log,
    async [Symbol.asyncDispose]() {
      await Promise.all([books.kill(), reviews.kill()]);
    },
  });
}
