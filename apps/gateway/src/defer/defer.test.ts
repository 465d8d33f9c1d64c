import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { createGate, type LibraryGraph, startLibraryGraph } from './testing/library-graph.ts';
import { postForParts, type ReceivedPart } from './testing/read-parts.ts';

let graph: LibraryGraph;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startLibraryGraph();
  gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_MAX_DEFERRED: '3' });
});
afterEach(() => {
  graph.gate?.open();
  graph.gate = undefined;
  graph.log.length = 0;
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

/** All parts of an answer. */
async function allParts(query: string, variables?: Record<string, unknown>): Promise<ReceivedPart[]> {
  return (await postForParts(gateway.url, query, { variables })).rest();
}

/** What deferred fragments gave, in the order in which it came. */
function incrementalOf(parts: readonly ReceivedPart[]) {
  return parts.flatMap(({ incremental = [] }) => incremental);
}

test('the first part comes before a slow subgraph has answered', async () => {
  graph.gate = createGate();
  const answer = await postForParts(
    gateway.url,
    '{ book(id: "1") { title ... @defer(label: "later") { rating } } }',
  );
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('multipart/mixed;boundary="-";deferSpec=20220824');
  expect(answer.headers.get('content-encoding')).toBeNull();
  expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
  expect(answer.headers.get('x-accel-buffering')).toBe('no');
  expect(await answer.next()).toEqual({ data: { book: { title: 'Book 1' } }, hasNext: true });
  await vi.waitFor(() => expect(graph.gate?.isReached).toBe(true));

  graph.gate.open();
  expect(await answer.rest()).toEqual([
    { incremental: [{ data: { rating: 0.5 }, path: ['book'], label: 'later' }], hasNext: false },
  ]);
});

test('a part that is ready does not wait for one that is not', async () => {
  graph.gate = createGate();
  const answer = await postForParts(
    gateway.url,
    '{ motto ... @defer { book(id: "1") { title ... @defer { rating } } } ... @defer { bestReview { text } } }',
  );
  expect(await answer.next()).toEqual({ data: { motto: 'silence' }, hasNext: true });
  const early: ReceivedPart[] = [];
  while (incrementalOf(early).length < 2) early.push((await answer.next())!);
  expect(early.every(({ hasNext }) => hasNext)).toBe(true);
  expect(incrementalOf(early)).toEqual(
    expect.arrayContaining([
      { data: { book: { title: 'Book 1' } }, path: [] },
      { data: { bestReview: { text: 'the best' } }, path: [] },
    ]),
  );

  graph.gate.open();
  expect(await answer.rest()).toEqual([
    { incremental: [{ data: { rating: 0.5 }, path: ['book'] }], hasNext: false },
  ]);
});

test('each object of a deep list has a part of its own; null and other types have none', async () => {
  const parts = await allParts(
    '{ shelves { title ... on Book @defer(label: "book") { pages rating } ... on Film @defer(label: "film") { minutes } } }',
  );
  expect(parts[0]).toEqual({
    data: {
      shelves: [
        [{ title: 'Book 1' }, null],
        [{ title: 'Film 9' }, { title: 'Book 2' }],
      ],
    },
    hasNext: true,
  });
  expect(parts.at(-1)?.hasNext).toBe(false);
  expect(incrementalOf(parts)).toHaveLength(3);
  expect(incrementalOf(parts)).toEqual(
    expect.arrayContaining([
      { data: { pages: 100, rating: 0.5 }, path: ['shelves', 0, 0], label: 'book' },
      {
        data: { pages: 100, rating: null },
        errors: [expect.objectContaining({ path: ['shelves', 1, 1, 'rating'] })],
        path: ['shelves', 1, 1],
        label: 'book',
      },
      { data: { minutes: 90 }, path: ['shelves', 1, 0], label: 'film' },
    ]),
  );
});

test('what fails in a part is told in the part, and its nulls stop there', async () => {
  const [first, ...rest] = await allParts('{ books { title ... @defer { pages strictRating } } }');
  expect(first).toEqual({ data: { books: [{ title: 'Book 1' }, { title: 'Book 2' }] }, hasNext: true });
  expect(incrementalOf(rest)).toEqual([
    { data: { pages: 100, strictRating: 0.5 }, path: ['books', 0] },
    {
      data: null,
      errors: [
        {
          message: 'No rating.',
          path: ['books', 1, 'strictRating'],
          extensions: { code: 'NOT_RATED', requestId: expect.any(String), timestamp: expect.any(String) },
        },
      ],
      path: ['books', 1],
    },
  ]);
});

test('a subgraph that does not answer costs the parts for which it is asked', async () => {
  await using impatient = await startTestGateway(graph.supergraphSdl, {
    KRONOS_SUBGRAPH_TIMEOUT_MS: '200',
    KRONOS_SUBGRAPH_RETRIES: '0',
  });
  graph.gate = createGate();
  const answer = await postForParts(impatient.url, '{ book(id: "1") { title ... @defer { rating } } }');
  const [, ...rest] = await answer.rest();
  expect(rest).toEqual([
    {
      incremental: [
        {
          data: { rating: null },
          errors: [
            expect.objectContaining({
              path: ['book', 'rating'],
              extensions: expect.objectContaining({ code: 'GATEWAY_TIMEOUT' }),
            }),
          ],
          path: ['book'],
        },
      ],
      hasNext: false,
    },
  ]);
});

test.each([
  ['nothing is deferred', '{ motto }', { motto: 'silence' }],
  [
    'it is decided against',
    'query ($later: Boolean! = false) { book(id: "1") { title ... @defer(if: $later) { pages } } }',
    { book: { title: 'Book 1', pages: 100 } },
  ],
  [
    'the fragment is skipped',
    '{ book(id: "1") { title ... @defer @skip(if: true) { pages } } }',
    { book: { title: 'Book 1' } },
  ],
  ['the object is null', '{ nobody { title ... @defer { pages } } }', { nobody: null }],
  ['it stands at the root of a mutation', 'mutation { ... @defer { bookCount } }', { bookCount: 2 }],
])('one JSON document when %s', async (_name, query, data) => {
  const answer = await postForParts(gateway.url, query);
  expect(answer.headers.get('content-type')).toMatch(/^application\/.*json/);
  expect(await answer.rest()).toEqual([{ data }]);
});

test('variables decide, each combination for itself', async () => {
  const query = /* GraphQL */ `
    query ($later: Boolean!, $pages: Boolean!) {
      book(id: "1") { title ...More @defer(if: $later, label: "more") }
    }
    fragment More on Book { pages @include(if: $pages) author { name } }
  `;
  const author = { name: 'Author a1' };
  expect(await allParts(query, { later: true, pages: false })).toEqual([
    { data: { book: { title: 'Book 1' } }, hasNext: true },
    { incremental: [{ data: { author }, path: ['book'], label: 'more' }], hasNext: false },
  ]);
  expect(await allParts(query, { later: false, pages: true })).toEqual([
    { data: { book: { title: 'Book 1', pages: 100, author } } },
  ]);
  expect(await allParts(query, { later: true, pages: true })).toEqual([
    { data: { book: { title: 'Book 1' } }, hasNext: true },
    { incremental: [{ data: { pages: 100, author }, path: ['book'], label: 'more' }], hasNext: false },
  ]);
});

test('what is selected twice comes twice', async () => {
  const parts = await allParts('{ book(id: "1") { title ... @defer { title pages } ... @defer { pages } } }');
  expect(parts[0]).toEqual({ data: { book: { title: 'Book 1' } }, hasNext: true });
  expect(incrementalOf(parts)).toHaveLength(2);
  expect(incrementalOf(parts)).toEqual(
    expect.arrayContaining([
      { data: { title: 'Book 1', pages: 100 }, path: ['book'] },
      { data: { pages: 100 }, path: ['book'] },
    ]),
  );
});

test('the root fields of a mutation run in order, and deferred parts after them', async () => {
  const parts = await allParts(
    'mutation { a: bookRename(id: "1", title: "A") { title ... @defer { rating } } b: bookRename(id: "3", title: "B") { title } }',
  );
  expect(parts).toEqual([
    { data: { a: { title: 'A' }, b: { title: 'B' } }, hasNext: true },
    { incremental: [{ data: { rating: 0.5 }, path: ['a'] }], hasNext: false },
  ]);
  expect(graph.log).toEqual(['rename 1', 'rename 3', 'rate 1']);
});

test('where callers are refused for what they may not see, nothing is executed', async () => {
  await using strict = await startTestGateway(graph.supergraphSdl, { KRONOS_UNAUTHORIZED: 'refuse' });
  const before = graph.books.requests.length;
  const answer = await postForParts(strict.url, '{ book(id: "1") { title ... @defer { secret } } }');
  expect(answer.status).toBe(401);
  expect(await answer.rest()).toEqual([
    {
      errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) })],
    },
  ]);
  expect(graph.books.requests).toHaveLength(before);
});

test('there is a limit to what is deferred', async () => {
  const [answer] = await allParts(`{ motto ${'... @defer { motto } '.repeat(4)} }`);
  expect(answer?.errors?.[0]?.extensions).toMatchObject({
    code: 'OPERATION_LIMIT_EXCEEDED',
    details: { limit: 'deferred', value: 4, maximum: 3 },
  });
});

test('identical operations that are deferred are run for each client', async () => {
  const before = graph.books.requests.length;
  graph.gate = createGate();
  const query = '{ book(id: "1") { title ... @defer { rating } } }';
  const answers = await Promise.all([1, 2].map(() => postForParts(gateway.url, query)));
  graph.gate.open();
  const [one, other] = await Promise.all(answers.map((answer) => answer.rest()));
  expect(one).toEqual(other);
  expect(graph.books.requests).toHaveLength(before + 2);
});

test('a query by GET has parts, too', async () => {
  const query = encodeURIComponent('{ book(id: "1") { title ... @defer { pages } } }');
  const answer = await fetch(`${gateway.url}?query=${query}`, {
    headers: { accept: 'multipart/mixed;deferSpec=20220824', 'apollo-require-preflight': 'true' },
  });
  expect(answer.headers.get('content-type')).toContain('multipart/mixed');
  expect(await answer.text()).toContain(
    '{"incremental":[{"data":{"pages":100},"path":["book"]}],"hasNext":false}',
  );
});
