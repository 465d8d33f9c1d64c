import { encodeId, newId } from '@kronos/subgraph';
import { createTestSubgraph } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import { createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const nowhere = 'redis://127.0.0.1:1';
const admin = { scopes: ['users:read'] };

let users: TestUsers;
beforeAll(async () => {
  users = await createTestUsers();
});
afterAll(() => users[Symbol.asyncDispose]());

describe('what has been written can be read', () => {
  const entities = `query ($who: [_Any!]!) { _entities(representations: $who) { ... on User { id displayName } } }`;
  const reference = (id: string) => ({ __typename: 'User', id });

  test('whoever has signed up has a name at once, even to the anonymous', async () => {
    for (let round = 0; round < 10; round += 1) {
      const person = await users.signUp(`Person ${round}`);
      const { data } = await users.execute(entities, { who: [reference(person.id)] });

      expect(data?._entities).toEqual([{ id: person.id, displayName: `Person ${round}` }]);
    }
  });

  test('so do many who are asked for in one request, beside some who do not exist', async () => {
    const people = await Promise.all(['Ada', 'Bob', 'Cyd'].map((name) => users.signUp(name)));
    const strangers = Array.from({ length: 20 }, () => encodeId('user', newId()));
    const ids = [...people.map(({ id }) => id), ...strangers, 'user_nonsense', encodeId('event', newId())];
    const { data, errors } = await users.execute(entities, { who: ids.map(reference) });

    expect(errors).toBeUndefined();
    expect(data?._entities.map((user: { displayName: string } | null) => user?.displayName ?? null)).toEqual([
      'Ada',
      'Bob',
      'Cyd',
      ...strangers.map(() => null),
      null,
      null,
    ]);
  });

  test('while the event log is away, those who are known are answered and others are an error, not null', async () => {
    const person = await users.signUp('Dan');
    await users.execute(entities, { who: [reference(person.id)] });
    await using cut = await createTestSubgraph(createSubgraph, { ...users.environment, REDIS_URL: nowhere });
    const { data, errors } = await cut.execute(entities, {
      who: [reference(person.id), reference(encodeId('user', newId()))],
    });

    expect(data?._entities[0]).toEqual({ id: person.id, displayName: 'Dan' });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      path: ['_entities', 1],
      extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: expect.any(Number) },
    });
  });
});

describe('user', () => {
  const query = 'query ($id: ID!) { user(id: $id) { displayName } }';

  test('of an unknown id is null', async () => {
    const { data, errors } = await users.execute(query, { id: encodeId('user', newId()) }, {});

    expect({ data, errors }).toEqual({ data: { user: null }, errors: undefined });
  });

  test('of the id of something else is a bad request', async () => {
    const { errors } = await users.execute(query, { id: encodeId('event', newId()) }, {});

    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});

describe('users', () => {
  let list: TestUsers;
  let people: Person[];

  beforeAll(async () => {
    list = await createTestUsers();
    people = [];
    for (const name of ['Eve', 'ann', 'Bea', 'Dan', 'Cyd']) people.push(await list.signUp(name));
    const last = people.at(-1) as Person;
    await list.execute('query ($id: ID!) { user(id: $id) { id } }', { id: last.id }, last);
  });
  afterAll(() => list[Symbol.asyncDispose]());

  const query = `query ($first: Int, $after: String, $orderBy: [UserOrderBy!], $filter: UserFilter) {
    users(first: $first, after: $after, orderBy: $orderBy, filter: $filter) {
      nodes { displayName } pageInfo { hasNextPage endCursor } totalCount } }`;
  const page = async (variables: object) => {
    const { data, errors } = await list.execute(query, variables, admin);
    expect(errors).toBeUndefined();
    const { nodes, ...rest } = data?.users ?? {};
    return { ...rest, names: nodes.map((node: { displayName: string }) => node.displayName) };
  };

  test('come newest first, with their number', async () => {
    const newest = await page({ first: 3 });

    expect(newest.names).toEqual(['Cyd', 'Dan', 'Bea']);
    expect(newest.totalCount).toBe(5);
  });

  test('are ordered and paged as asked', async () => {
    const orderBy = { field: 'DISPLAY_NAME', direction: 'DESC' };
    const forward = await page({ first: 2, orderBy });
    const rest = await page({ first: 9, orderBy, after: forward.pageInfo.endCursor });
    const whole = await page({ orderBy });

    expect(forward.pageInfo.hasNextPage).toBe(true);
    expect(rest.pageInfo.hasNextPage).toBe(false);
    expect([...forward.names, ...rest.names]).toEqual(whole.names);
  });

  test.each([
    ['displayName', { displayName: { contains: 'A' } }, ['Dan', 'Bea', 'ann']],
    ['id', () => ({ id: { in: [people[0]?.id, people[2]?.id] } }), ['Bea', 'Eve']],
    ['role', { role: { eq: 'user' }, displayName: { startsWith: 'e' } }, ['Eve']],
    ['a role that nobody holds', { role: { eq: 'premium' } }, []],
    [
      'or, not',
      {
        or: [{ displayName: { eq: 'Eve' } }, { displayName: { eq: 'Dan' } }],
        not: { displayName: { eq: 'Dan' } },
      },
      ['Eve'],
    ],
    ['status', { status: { in: ['SUSPENDED', 'ERASED'] } }, []],
    ['createdAt', { createdAt: { gt: '2999-01-01T00:00:00Z' } }, []],
  ])('are filtered by %s', async (_by, filter, expected) => {
    const variables = { filter: typeof filter === 'function' ? filter() : filter };

    expect((await page(variables)).names).toEqual(expected);
  });

  test('refuse an id of something else', async () => {
    const { errors } = await list.execute(
      'query ($id: ID!) { users(filter: {id: {eq: $id}}) { totalCount } }',
      { id: encodeId('role', newId()) },
      admin,
    );

    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});
