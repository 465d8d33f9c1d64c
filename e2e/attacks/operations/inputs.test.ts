import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type Client, logIn } from '../../kit/client.ts';
import { ask, codesOf, send } from '../kit/send.ts';
import { expectServing, expectSound } from '../kit/sound.ts';

let administrator: Client;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
});

const eventId = 'event_01m8mzpqn2es18sg2b6h4tzb9b';
const userId = 'user_01m8mzpqn2es18sg2b6h4tzb9b';
const many = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => item(index));

describe('a page is never larger than a page', () => {
  test.each([
    ...[0, -1, 101, 10_000, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 1e308, 1.5],
    ...['1', '', true, [], {}, [[100]]],
  ])('first: %j', async (first) => {
    for (const [token, query] of [
      [undefined, 'query($n: Int) { events(first: $n) { nodes { id } } }'],
      [undefined, 'query($n: Int) { events(last: $n) { nodes { id } } }'],
      [undefined, 'query($n: Int) { events(first: 2, last: $n) { nodes { id } } }'],
      [administrator.token, 'query($n: Int) { users(first: $n) { nodes { id } } }'],
      [
        administrator.token,
        'query($n: Int) { viewer { user { organizedEvents(first: $n) { nodes { id } } } } }',
      ],
    ] as const) {
      const reply = expectSound(await ask(query, { token, variables: { n: first } }));
      expect(codesOf(reply).length).toBeGreaterThan(0);
      expect(JSON.stringify(reply.body.data ?? null)).not.toContain('"id"');
    }
  });
});

test.each([10_000, 25_000])('%i ids are more than a request may name', async (count) => {
  for (const [query, ids] of [
    [
      'query($ids: [ID!]) { users(filter: { id: { in: $ids } }) { nodes { id } } }',
      many(count, () => userId),
    ],
    ['query($ids: [ID!]!) { nodes(ids: $ids) { id } }', many(count, () => eventId)],
    ['query($ids: [ID!]!) { nodes(ids: $ids) { id } }', many(count, (index) => `${eventId}${index}`)],
  ] as const) {
    const reply = expectSound(await ask(query, { token: administrator.token, variables: { ids } }));
    expect(codesOf(reply).length).toBeGreaterThan(0);
    expect(reply.text.length).toBeLessThan(200_000);
  }
  await expectServing();
});

const events = 'query($f: EventFilter) { events(filter: $f) { totalCount } }';

test.each<[string, unknown]>([
  ['wide', { or: many(20_000, () => ({ status: { eq: 'PUBLISHED' } })) }],
  ['of nothing', { or: many(100_000, () => ({})) }],
  ['of wide ones', { and: many(100, () => ({ or: many(100, () => ({ status: { eq: 'DRAFT' } })) })) }],
])('a filter that is %s is refused', async (_name, f) => {
  const reply = expectSound(await ask(events, { variables: { f } }));
  expect(codesOf(reply).length).toBeGreaterThan(0);
  expect(reply.body.data ?? null).toBeNull();
});

/** Deep values as text: `JSON.stringify` could not write them. */
const deep = (levels: number, before: string, after: string) =>
  `${before.repeat(levels)}{}${after.repeat(levels)}`;
const withFilter = (f: string) => `{"query":${JSON.stringify(events)},"variables":{"f":${f}}}`;

test.each([12, 50, 300, 1_000, 3_000, 10_000, 100_000])(
  'a filter of %i levels is refused',
  async (levels) => {
    for (const f of [
      deep(levels, '{"not":', '}'),
      deep(levels, '{"and":[', ']}'),
      deep(levels, '{"or":[{},', ']}'),
    ]) {
      if (f.length > 900_000) continue;
      const reply = expectSound(await send({ body: withFilter(f) }));
      expect(codesOf(reply).length).toBeGreaterThan(0);
      expect(reply.body.data ?? null).toBeNull();
    }
  },
);

test('mistakes in a large variable are not told one by one, each with all of it', async () => {
  const input = Object.fromEntries(many(60, (index) => [`a${index}`, index]));
  const started = performance.now();
  const reply = expectSound(
    await ask(
      'mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { userErrors { code } } }',
      {
        variables: { input: { ...input, large: 'x'.repeat(900_000) } },
      },
    ),
  );
  expect(codesOf(reply)[0]).toBe('BAD_USER_INPUT');
  expect(reply.text.length).toBeLessThan(50_000);
  expect(performance.now() - started).toBeLessThan(10_000);
});

const searches: unknown[] = [
  ...['a\0b', '\ud800', '\udfff\ud800', '%', '_', '\\', "'", '"', "'; DROP TABLE event; --", "' OR 1=1 --"],
  ...[
    '\u202e',
    '\ufeff',
    '🏃'.repeat(100),
    '%'.repeat(200),
    '\\'.repeat(200),
    'a '.repeat(200_000),
    ' '.repeat(200),
  ],
  ...[
    'x'.repeat(500_000),
    '$1',

    '{{1}}',
    '\u0000'.repeat(100),
    '١٢٣',
    'İ'.repeat(100),
    'ß'.repeat(199),
  ],
];

test.each(searches)('a text as nasty as %j finds nothing and breaks nothing', async (text) => {
  for (const query of [
    'query($t: String) { events(query: $t) { totalCount } }',
    'query($t: String) { event(slug: $t) { id } }',
    'query($t: ID) { event(id: $t) { id } }',
    'query($t: String) { events(after: $t) { totalCount } }',
    'query($t: String) { events(filter: { timeZone: { eq: $t } }) { totalCount } }',
  ])
    expectSound(await ask(query, { variables: { t: text } }));
});

test.each([
  ...['', 'AAAA', 'null', '[]', '{}', 'WzFd', 'eyJpZCI6IngifQ==', '../..', '%00', '=', 'x'.repeat(10_000)],
  ...[btoa('["2027-01-01T00:00:00Z"]'), btoa(JSON.stringify([{ $gt: '' }, 1])), btoa('\0\0')],
])('a cursor %j is refused', async (after) => {
  for (const argument of ['after', 'before']) {
    const reply = expectSound(
      await ask(`query($c: String) { events(first: 2, ${argument}: $c) { nodes { id } } }`, {
        variables: { c: after },
      }),
    );
    expect(codesOf(reply)).toEqual(['BAD_USER_INPUT']);
  }
});

test.each([
  ...[
    '',
    'event_',
    'user_',
    'x',
    eventId.toUpperCase(),
    `${eventId} `,
    ` ${eventId}`,
    userId,
    'event_zzzzzzzzzzzzzzzzzzzzzzzzzz',
  ],
  ...[
    'event_01m8mzpqn2es18sg2b6h4tzb9b\0',
    'event_01m8mzpqn2es18sg2b6h4tzb9',
    '__proto__',
    '0',
    "event_' OR 1=1 --",
  ],
])('an id %j is that of nothing', async (id) => {
  const reply = expectSound(await ask('query($id: ID!) { event(id: $id) { id } }', { variables: { id } }));
  expect(reply.body.data?.event ?? null).toBeNull();
});
