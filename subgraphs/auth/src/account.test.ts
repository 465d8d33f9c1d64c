import { encodeId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, logIn, type Person, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  auth = await startAuth();
  [ada, bob] = [await signUp(auth), await signUp(auth)];
});
afterAll(() => auth[Symbol.asyncDispose]());

const entities = `query($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on User { id email sessions(first: 10) { totalCount nodes { id current user { id } } } }
  }
}`;

async function users(ids: string[], as?: Actor) {
  const representations = ids.map((id) => ({ __typename: 'User', id }));
  const { data, errors } = await auth.execute(entities, { representations }, as);
  expect(errors).toBeUndefined();
  return data!._entities;
}

test('people see their own address and sessions, of others neither', async () => {
  expect(await users([ada.id, bob.id], ada.actor)).toEqual([
    {
      id: ada.id,
      email: ada.email,
      sessions: {
        totalCount: 1,
        nodes: [{ id: encodeId('session', ada.actor.sessionId!), current: true, user: { id: ada.id } }],
      },
    },
    { id: bob.id, email: null, sessions: null },
  ]);
});

test('strangers see neither', async () => {
  expect(await users([ada.id])).toEqual([{ id: ada.id, email: null, sessions: null }]);
});

test('administrators see the addresses by users:read, the sessions by auth:admin', async () => {
  expect(await users([ada.id], { scopes: ['users:read'] })).toEqual([
    { id: ada.id, email: ada.email, sessions: null },
  ]);
  const [user] = await users([ada.id], { scopes: ['users:read', 'auth:admin'] });
  expect(user.sessions.nodes).toMatchObject([{ current: false }]);
});

test('a user without an account has no address; what is no id is no user', async () => {
  const unknown = encodeId('user', crypto.randomUUID());
  expect(await users([unknown, 'user_nonsense'], { scopes: ['users:read'] })).toEqual([
    { id: unknown, email: null, sessions: null },
    null,
  ]);
});

test('sessions come newest first, page by page, without those that have ended', async () => {
  const person = await signUp(auth);
  for (const _ of [1, 2, 3]) await logIn(auth, person.email);
  await auth.database.session.updateMany({
    where: { id: person.actor.sessionId },
    data: { revokedAt: new Date() },
  });
  const page = `query($representations: [_Any!]!, $after: String) {
    _entities(representations: $representations) {
      ... on User { sessions(first: 2, after: $after) { totalCount nodes { createdAt } pageInfo { hasNextPage endCursor } } }
    }
  }`;
  const representations = [{ __typename: 'User', id: person.id }];
  const first = await auth.execute(page, { representations }, person.actor);
  const { totalCount, nodes, pageInfo } = first.data!._entities[0].sessions;
  expect({ totalCount, hasNextPage: pageInfo.hasNextPage }).toEqual({ totalCount: 3, hasNextPage: true });
  const second = await auth.execute(page, { representations, after: pageInfo.endCursor }, person.actor);
  const times = [...nodes, ...second.data!._entities[0].sessions.nodes].map(({ createdAt }) => createdAt);
  expect(times).toEqual(times.toSorted().reverse());
  expect(times).toHaveLength(3);
});

const created = 'subscription { userCreated { eventId occurredAt cursor user { id email } } }';

test('administrators are told of new accounts', async () => {
  await using stream = await auth.subscribe(created, {}, { scopes: ['users:read'] });
  const person = await signUp(auth);
  const { data, cursor } = await stream.message();
  expect(data!.userCreated).toEqual({
    eventId: expect.stringMatching(/^evt_/),
    occurredAt: expect.any(String),
    cursor,
    user: { id: person.id, email: person.email },
  });
});

test.each([
  ['a stranger', undefined, 'UNAUTHENTICATED'],
  ['someone without users:read', { scopes: ['users:write'] }, 'FORBIDDEN'],
])('%s is told of none', async (_who, as: Actor | undefined, code) => {
  await using stream = await auth.subscribe(created, {}, as);
  expect((await stream.message()).errors).toMatchObject([{ extensions: { code } }]);
});
