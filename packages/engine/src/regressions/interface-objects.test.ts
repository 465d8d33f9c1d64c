import { expect, test } from 'vitest';
import { federation, judgeSeeds } from '../testing/differential/index.ts';

/** To an interface object every implementation goes by the interface's name, which must not replace the real one. */
const subgraphs = {
  a: `${federation}
    type Query { media: [Media!] medium: Media }
    interface Media @key(fields: "id") { id: ID! title: String }
    type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int parts: [Int!]! }
    type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }`,
  b: `${federation}
    type Query { ranking: [Media] }
    type Media @key(fields: "id") @interfaceObject {
      id: ID!
      title: String @external
      stars(out: Int = 5): Int
      rank: Int!
      praise: String @requires(fields: "title")
      similar: [Media]
    }`,
  c: `${federation}
    type Query { charts: [Media] }
    type Media @key(fields: "id") @interfaceObject {
      id: ID!
      title: String @external
      sales: Int!
      copies: Int
      verdict: String @requires(fields: "title")
    }`,
  d: `${federation}
    type Query { archive: [Media] }
    type Media @key(fields: "id") @interfaceObject { id: ID! shelf: Int! }`,
};

test.each([
  '{ media { ... on Film { stars __typename } } }',
  '{ media { ... on Book { __typename stars } ... on Film { sales __typename } } }',
  '{ media { __typename stars ... on Book { pages } } }',
  '{ ranking { ... on Film { __typename minutes } stars } }',
  '{ ranking { __typename id stars sales } }',
  '{ ranking { ... on Book { praise } } }',
  '{ ranking { ... on Book { praise __typename sales } ... on Film { title } } }',
  '{ medium { praise similar { __typename title ... on Book { pages similar { sales } } } } }',
  '{ media { ... on Book { praise } ... on Book { __typename } } }',
  '{ ranking { similar { stars praise } title } }',
])('the real type stays: %s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query })).toEqual([]);
});

test.each([
  '{ media { ... on Film { y: stars } ... on Book { y: stars(out: 10) } } }',
  '{ charts { ... on Film { y: stars } ... on Book { y: stars(out: 10) } } }',
  '{ ranking { ... on Film { stars } ... on Book { stars(out: 10) sales } } }',
])('one response key of several types with different arguments: %s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query })).toEqual([]);
});

test.each([
  '{ media { ... on Book { x: praise } praise } }',
  '{ media { praise ... on Film { x: stars } ... on Book { y: stars } } }',
  '{ ranking { ... on Film { similar { id } } ... on Book { similar { copies } } } }',
])('no error of a field that is not selected for the type: %s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query }, 60)).toEqual([]);
});

test.each(['{ charts { ... on Book { parts } } }', '{ charts { ... on Book { parts } sales } }'])(
  'an object whose type an error keeps unknown is null: %s',
  async (query) => {
    expect(await judgeSeeds({ subgraphs, query }, 60)).toEqual([]);
  },
);

test.each([
  '{ charts { ... on Book { praise } } }',
  '{ charts { ... on Film { praise sales __typename } } }',
  '{ ranking { ... on Book { verdict } } }',
  '{ archive { ... on Book { ... on Book { x: verdict } } } }',
  '{ archive { ...F } } fragment F on Book { title ...G } fragment G on Book { verdict }',
  '{ archive { ... on Book { ... on Media { ... on Media { verdict } } } verdict } }',
  '{ archive { ... on Book { praise verdict shelf } } }',
  '{ archive { ... on Book { praise } ... on Film { verdict } } }',
])('a requirement from one interface object to another, of one type: %s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query })).toEqual([]);
});

test.each([
  '{ media { rank ... on Book { praise } } }',
  '{ ranking { stars ... on Film { praise } sales } }',
  '{ media { rank ... on Book { ... on Book { praise } } } }',
  '{ ranking { ... on Film { rank } praise } }',
  '{ ranking { ... on Film { rank similar { praise } } praise ... on Book { verdict } } }',
])('what one type requires does not keep others from what needs nothing: %s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query })).toEqual([]);
});

test.each([
  '{ charts { ... on Film { ... on Media { ... on Book { __typename } } } } }',
  '{ charts { ... on Film { ... on Media { ... on Book { pages } } } id } }',
])('type conditions that contradict each other select nothing: %s', async (query) => {
  expect(await judgeSeeds({ subgraphs, query })).toEqual([]);
});
