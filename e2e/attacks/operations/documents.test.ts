import { expect, test } from 'vitest';
import { ask, codesOf, type Reply, send } from '../kit/send.ts';
import { expectServing, expectSound } from '../kit/sound.ts';

/** What a document that is too much, or not right, is refused with. */
const refusals = [
  'OPERATION_LIMIT_EXCEEDED',
  'GRAPHQL_VALIDATION_FAILED',
  'GRAPHQL_PARSE_FAILED',
  'OPERATION_NOT_PLANNABLE',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
];
/** Longer than any of them needs on a machine that does other things, too; some would take years. */
const patienceMs = 15_000;

const times = (count: number, part: (index: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, index) => part(index)).join(between);
const nested = (count: number, before: string, core: string, after: string) =>
  before.repeat(count) + core + after.repeat(count);

/** Sends it while somebody else asks for something: both must be answered, the attack with a small refusal. */
async function refuse(query: string, operationName?: string): Promise<Reply> {
  const started = performance.now();
  const [reply] = await Promise.all([send({ body: { query, operationName } }), expectServing()]);
  expectSound(reply);
  expect(performance.now() - started).toBeLessThan(patienceMs);
  expect(reply.text.length).toBeLessThan(200_000);
  const codes = codesOf(reply);
  expect(codes.length).toBeGreaterThan(0);
  expect(codes.filter((code) => !refusals.includes(code))).toEqual([]);
  expect(reply.body.data).toBeFalsy();
  return reply;
}

const cycle = 'organizer { organizedEvents { nodes {';

test.each<[string, string]>([
  ['deep', `{ events { nodes { ${nested(40, cycle, 'id', '}}}')} } } }`],
  ['deeper than the parser’s stack', nested(7_000, '{a', '', '}')],
  [
    'deep through fragments',
    `{ events { nodes { ...F0 } } } ${times(40, (n) => `fragment F${n} on Event { organizer { organizedEvents { nodes { ...F${n + 1} } } } }`)} fragment F40 on Event { id }`,
  ],
  ['wide: thousands of root fields', `{ ${times(3_000, (n) => `a${n}: __typename`)} }`],
  ['wide: one root field a thousand times', `{ ${times(1_200, () => 'events { nodes { id } }')} }`],
  ['wide below the root', `{ events { ${times(3_700, () => 'nodes { id }')} } }`],
  ['aliases', `{ events { nodes { ${times(1_000, (n) => `a${n}: title`)} } } }`],
  [
    'aliases that multiply through fragments',
    `{ ${times(40, (n) => `e${n}: events { ...F }`)} } fragment F on EventConnection { ${times(40, (n) => `n${n}: nodes { id }`)} }`,
  ],
  [
    'aliases that differ by arguments',
    `{ ${times(150, (n) => `a${n}: events(first: 100, query: "${n}") { nodes { id organizer { displayName } } totalCount }`)} }`,
  ],
  ['aliases of one name that conflict', `{ ${times(1_000, (n) => `a: event(id: "${n}") { id }`)} }`],
  ['a fragment that spreads itself', '{ events { nodes { ...F } } } fragment F on Event { ...F }'],
  [
    'fragments in a circle',
    `{ events { nodes { ...F0 } } } ${times(100, (n) => `fragment F${n} on Event { ...F${(n + 1) % 100} }`)}`,
  ],
  [
    'fragments in a circle through fields',
    '{ events { nodes { ...A } } } fragment A on Event { organizer { ...B } } fragment B on User { organizedEvents { nodes { ...A } } }',
  ],
  [
    'fragments whose fields multiply',
    `{ events { nodes { ...F0 } } } ${times(29, (n) => `fragment F${n} on Event { organizer { organizedEvents { nodes { ...F${n + 1} ...F${n + 1} } } } }`)} fragment F29 on Event { id }`,
  ],
  [
    'pairs of fragments',
    `{ events { nodes { ${times(1_000, (n) => `...F${n}`)} } } } ${times(1_000, (n) => `fragment F${n} on Event { organizer { id } }`)}`,
  ],
  [
    'fragments that nothing spreads',
    `{ __typename } ${times(1_500, (n) => `fragment F${n} on Event { id }`)}`,
  ],
  ['spreads of fragments that are not there', `{ events { nodes { ${times(5_000, (n) => `...F${n}`)} } } }`],
  ['tokens', `{ ${times(20_000, () => '__typename')} }`],
  ['punctuation', '{'.repeat(900_000)],
  ['a name of 900 kB', `{ ${'n'.repeat(900_000)} }`],
  ['names of 20 kB', `{ ${times(40, (n) => `f${n}${'g'.repeat(20_000)}`)} }`],
  ['a type of 900 kB', `query($a: ${'T'.repeat(900_000)}) { __typename }`],
  ['an argument of 900 kB', `{ event(${'a'.repeat(900_000)}: 1) { id } }`],
  ['a number of 900 kB', `{ events(first: ${'9'.repeat(900_000)}) { totalCount } }`],
  ['an exponent of 900 kB', `{ events(first: 1e${'9'.repeat(900_000)}) { totalCount } }`],
  ['lists in lists', `{ event(id: ${nested(7_000, '[', '', ']')}) { id } }`],
  ['objects in objects', `{ events(filter: ${nested(4_000, '{ not: ', '{}', '}')}) { totalCount } }`],
  ['types in types', `query($a: ${nested(7_000, '[', 'Int', ']')}) { __typename }`],
  ['directives', `{ __typename ${times(2_500, () => '@skip(if: false)')} }`],
  ['unknown directives', `{ __typename ${times(7_000, () => '@a')} }`],
  [
    'directives on fragments',
    `{ ${times(500, () => '... @include(if: true) @include(if: true) { __typename }')} }`,
  ],
  ['directives on the operation', `query ${times(5_000, () => '@a')} { __typename }`],
  ['variables that nothing uses', `query(${times(3_000, (n) => `$v${n}: Int`)}) { __typename }`],
  ['one variable two thousand times', `query(${times(2_000, () => '$v: Int')}) { __typename }`],
  ['variables of unknown types', `query(${times(3_000, (n) => `$v${n}: Usr${n}`)}) { __typename }`],
  ['arguments that are not there', `{ event(${times(3_000, (n) => `idd${n}: 1`)}) { id } }`],
  ['one argument two thousand times', `{ event(${times(2_000, () => 'id: "1"')}) { id } }`],
  ['fields that are not there', `{ events { nodes { ${times(10_000, (n) => `titl${n}`)} } } }`],
  ['operations of one name', times(2_500, () => 'query Q { __typename }')],
  ['operations without a name', times(3_000, () => '{ __typename }')],
  ['operations that differ, and none is chosen', times(2_500, (n) => `query Q${n} { __typename }`)],
  ['definitions of types', `{ __typename } ${times(2_000, (n) => `type T${n} { a: Int }`)}`],
  ['deferred fragments', `{ ${times(2_000, (n) => `... @defer(label: "${n}") { __typename }`)} }`],
  ['deep introspection', `{ __schema { types { ${nested(20, 'fields { type {', 'name', '} }')} } } }`],
  [
    'wide introspection',
    `{ ${times(300, (n) => `s${n}: __schema { types { fields { args { name } } } }`)} }`,
  ],
])('%s', async (_name, query) => {
  await refuse(query);
});

// What is valid and large may be answered, if the answer is small and comes soon, or refused.
test.each<[string, string]>([
  ['a comment of 900 kB', `#${'a'.repeat(900_000)}\n{ __typename }`],
  ['commas', `{ __typename ${','.repeat(900_000)} }`],
  ['empty lines in a text', `{ event(slug: """${'\n'.repeat(400_000)}""") { id } }`],
  ['quotation marks in a text', `{ event(slug: """${'\\"""'.repeat(100_000)}""") { id } }`],
  ['escapes in a text', `{ event(slug: "${'\\u0041'.repeat(150_000)}") { id } }`],
  ['a text of 900 kB', `{ event(slug: "${'s'.repeat(900_000)}") { id } }`],
  ['an id of 900 kB', `{ event(id: "${'s'.repeat(900_000)}") { id } }`],
  ['fifty lists in each other', `{ events(filter: ${nested(50, '{ and: [', '{}', '] }')}) { totalCount } }`],
  [
    'a thousand lists in each other',
    `{ events(filter: ${nested(1_000, '{ and: [', '{}', '] }')}) { totalCount } }`,
  ],
  [
    'a default of hundreds of levels',
    `query($f: EventFilter = ${nested(500, '{ not: ', '{}', '}')}) { events(filter: $f) { totalCount } }`,
  ],
  [
    'fragments that double fifty times',
    `{ events { nodes { ...F0 } } } ${times(50, (n) => `fragment F${n} on Event { ...F${n + 1} ...F${n + 1} }`)} fragment F50 on Event { id }`,
  ],
  [
    'fragments that triple thirty times',
    `{ events { nodes { ...F0 } } } ${times(30, (n) => `fragment F${n} on Event { ... on Event { ...F${n + 1} } ... on Node { ...F${n + 1} } ... @include(if: true) { ...F${n + 1} } }`)} fragment F30 on Event { id }`,
  ],
  [
    'a thousand inline fragments in each other',
    `{ events { nodes { ${nested(1_000, '... {', 'id', '}')} } } }`,
  ],
  ['one field fifteen thousand times', `{ events { nodes { ${times(14_900, () => 'id')} } } }`],
])('%s', async (_name, query) => {
  const started = performance.now();
  const [reply] = await Promise.all([ask(query), expectServing()]);
  expectSound(reply);
  expect(reply.text.length).toBeLessThan(200_000);
  expect(performance.now() - started).toBeLessThan(patienceMs);
});

test('of many operations in a document one runs, and counts as one', async () => {
  const query = times(2_000, (n) => `query Q${n} { __typename }`);
  const reply = expectSound(await send({ body: { query, operationName: 'Q7' } }));
  if (!reply.body.errors) expect(reply.body.data).toEqual({ __typename: 'Query' });
  for (const operationName of ['Q2001', '', '__proto__', 'constructor', 'toString'])
    expect(codesOf(await send({ body: { query, operationName } }))[0]).toBeTruthy();
});
