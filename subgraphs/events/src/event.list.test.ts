import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestEvents, somebody, somebodyModerating } from './test-kit.ts';

const kit = await createTestEvents();
afterAll(() => kit[Symbol.asyncDispose]());
const [olga, otto, gus, mia] = [somebody(), somebody(), somebody(), somebodyModerating()];

beforeAll(async () => {
  const day = (number: number) => `2030-01-0${number}T12:00:00Z`;
  await kit.given(olga, { title: 'Bravo', startsAt: day(1), location: 'Lyon' });
  await kit.given(otto, { title: 'alpha 100%', startsAt: day(2), description: 'Come to LYON_2' });
  await kit.given(olga, { title: 'Charlie', startsAt: day(3), visibility: 'UNLISTED' });
  const invited = await kit.given(olga, { title: 'Delta', startsAt: day(4), visibility: 'PRIVATE' });
  await kit.given(olga, { title: 'Echo', startsAt: day(5), publish: false });
  const cancelled = await kit.given(otto, { title: 'Foxtrot', startsAt: day(6) });
  const ended = await kit.given(otto, { title: 'Golf', startsAt: day(7) });
  await kit.registered(olga, invited.id, gus.id);
  await kit.mutate('eventCancel', { id: cancelled.id, input: {} }, otto);
  await kit.end(ended.id);
});

const forEverybody = ['Golf', 'Bravo', 'alpha 100%', 'Foxtrot'];

test('everybody finds what is public, the organiser all of theirs, the invited what they are invited to', async () => {
  expect(await kit.titles(undefined)).toEqual(forEverybody);
  expect(await kit.titles(somebody())).toEqual(forEverybody);
  expect(await kit.titles(olga)).toEqual([
    'Golf',
    'Bravo',
    'alpha 100%',
    'Charlie',
    'Delta',
    'Echo',
    'Foxtrot',
  ]);
  expect(await kit.titles(gus)).toEqual(['Golf', 'Bravo', 'alpha 100%', 'Delta', 'Foxtrot']);
  expect(await kit.titles(mia)).toEqual(['Golf', 'Bravo', 'alpha 100%', 'Delta', 'Foxtrot']);
});

test.each([
  [
    'filter: {startsAt: {gte: "2030-01-02T12:00:00Z", lt: "2030-01-06T12:00:00Z"}}',
    ['alpha 100%', 'Charlie', 'Delta', 'Echo'],
  ],
  ['filter: {status: {eq: DRAFT}}', ['Echo']],
  ['filter: {status: {in: [CANCELLED, ENDED]}}', ['Golf', 'Foxtrot']],
  ['filter: {status: {in: []}}', []],
  ['filter: {not: {status: {eq: PUBLISHED}}}', ['Golf', 'Echo', 'Foxtrot']],
  ['filter: {visibility: {in: [UNLISTED, PRIVATE]}}', ['Charlie', 'Delta']],
  ['filter: {title: {startsWith: "b"}}', ['Bravo']],
  [
    'filter: {or: [{title: {eq: "Echo"}}, {and: [{visibility: {eq: PRIVATE}}, {status: {eq: PUBLISHED}}]}]}',
    ['Delta', 'Echo'],
  ],
  [
    'filter: {not: {title: {contains: "%"}}}, orderBy: [{field: TITLE, direction: DESC}], first: 3',
    ['Golf', 'Foxtrot', 'Echo'],
  ],
  [
    'orderBy: {field: STARTS_AT, direction: DESC}',
    ['Foxtrot', 'Echo', 'Delta', 'Charlie', 'alpha 100%', 'Bravo', 'Golf'],
  ],
  ['orderBy: [{field: CREATED_AT, direction: DESC}], first: 2', ['Golf', 'Foxtrot']],
])('%s', async (args, titles) => {
  expect(await kit.titles(olga, args)).toEqual(titles);
});

test('a filter by organiser finds no more than its caller may', async () => {
  const filter = `filter: {organizerId: {eq: "${olga.id}"}}`;
  expect(await kit.titles(undefined, filter)).toEqual(['Bravo']);
  expect(await kit.titles(gus, filter)).toEqual(['Bravo', 'Delta']);
  expect(await kit.titles(gus, 'filter: {status: {eq: DRAFT}}')).toEqual([]);
});

describe('free text', () => {
  test.each([
    ['lyon', ['Bravo', 'alpha 100%']],
    ['  LYON   bra ', ['Bravo']],
    ['100%', ['alpha 100%']],
    ['100_', []],
    ['lyon_', ['alpha 100%']],
    ['\\\\', []],
    ['', forEverybody],
  ])('%j stands in the title, the description or the location', async (query, titles) => {
    expect(await kit.titles(undefined, `query: "${query}"`)).toEqual(titles);
  });

  test.each([
    ['x'.repeat(201), 'of more than 200 characters'],
    ['x '.repeat(11), 'of more than 10 words'],
    ['\\u0000', 'with a NUL character'],
  ])('is refused %#', async (query) => {
    const { errors } = await kit.execute(`{ events(query: "${query}") { totalCount } }`);
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('is answered by the trigram index', async () => {
    const plan = await kit.db.$transaction(async (tx) => {
      // A handful of rows is read faster from the table: forbid that, to see whether the index can answer.
      await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
      return tx.$queryRaw<{ 'QUERY PLAN': string }[]>`
        EXPLAIN SELECT "id" FROM "event" WHERE "title" ILIKE '%lyon%' OR "description" ILIKE '%lyon%' OR "location" ILIKE '%lyon%'`;
    });
    expect(plan.filter((line) => line['QUERY PLAN'].includes('event_text_idx'))).toHaveLength(3);
  });
});

test('pages hold together in both directions, and count all of it', async () => {
  const document = `query ($first: Int, $after: String, $last: Int, $before: String) {
    events(first: $first, after: $after, last: $last, before: $before) {
      nodes { title } edges { cursor } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const page = async (args: object) => {
    const { data, errors } = await kit.execute(document, args);
    expect(errors).toBeUndefined();
    const { nodes, ...rest } = data?.events ?? {};
    return { titles: nodes.map(({ title }: { title: string }) => title), ...rest };
  };
  const first = await page({ first: 3 });
  expect(first).toMatchObject({
    titles: forEverybody.slice(0, 3),
    totalCount: 4,
    pageInfo: { hasNextPage: true },
  });
  const second = await page({ first: 3, after: first.pageInfo.endCursor });
  expect(second).toMatchObject({ titles: ['Foxtrot'], totalCount: 4, pageInfo: { hasNextPage: false } });
  const back = await page({ last: 2, before: second.pageInfo.startCursor });
  expect(back).toMatchObject({ titles: forEverybody.slice(1, 3), pageInfo: { hasPreviousPage: true } });
});

test.each(['first: 0', 'first: 101', 'first: -1', 'first: 1, last: 1', 'after: "nonsense"'])(
  'a page of %s is refused',
  async (args) => {
    const { errors } = await kit.execute(`{ events(${args}) { totalCount } }`);
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  },
);
