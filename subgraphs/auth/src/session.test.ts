import { encodeId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, type Person, refresh, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  auth = await startAuth();
  [ada, eve] = [await signUp(auth), await signUp(auth)];
});
afterAll(() => auth[Symbol.asyncDispose]());

const sessionIdOf = ({ actor }: Person) => encodeId('session', actor.sessionId!);

const byId = 'query($id: ID!) { session(id: $id) { id current user { id email } } }';
const byReference = `query($id: ID!) {
  _entities(representations: [{ __typename: "Session", id: $id }]) { ... on Session { id current } }
}`;

test('people look at their own sessions', async () => {
  const { data } = await auth.execute(byId, { id: sessionIdOf(ada) }, ada.actor);
  expect(data).toEqual({
    session: { id: sessionIdOf(ada), current: true, user: { id: ada.id, email: ada.email } },
  });
  const entity = await auth.execute(byReference, { id: sessionIdOf(ada) }, { userId: ada.actor.userId });
  expect(entity.data!._entities).toEqual([{ id: sessionIdOf(ada), current: false }]);
});

test('administrators look at any session', async () => {
  const { data } = await auth.execute(byId, { id: sessionIdOf(ada) }, { scopes: ['auth:admin'] });
  expect(data!.session).toMatchObject({ id: sessionIdOf(ada), current: false, user: { email: null } });
});

test("another's session is as good as none, by id and by reference", async () => {
  for (const id of [sessionIdOf(ada), encodeId('session', crypto.randomUUID()), 'nonsense']) {
    expect(await auth.execute(byId, { id }, eve.actor)).toEqual({ data: { session: null } });
    expect(await auth.execute(byReference, { id }, eve.actor)).toEqual({ data: { _entities: [null] } });
  }
});

test('strangers look at no session', async () => {
  const { data, errors } = await auth.execute(byId, { id: sessionIdOf(ada) });
  expect(data).toEqual({ session: null });
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  const entity = await auth.execute(byReference, { id: sessionIdOf(ada) });
  expect(entity.data).toEqual({ _entities: [null] });
});

const revoked = `subscription($userId: ID) {
  sessionRevoked(userId: $userId) { eventId occurredAt cursor session { id user { id } } }
}`;

async function endSessionOf(person: Person): Promise<void> {
  await auth.execute(
    'mutation($id: ID!) { sessionRevoke(id: $id) { userErrors { code } } }',
    { id: sessionIdOf(person) },
    person.actor,
  );
}

test('people are told when a session of theirs is ended, and of no other', async () => {
  const [mine, other] = [await signUp(auth), await signUp(auth)];
  await using stream = await auth.subscribe(revoked, {}, mine.actor);
  await endSessionOf(other);
  await refresh(auth, mine.refreshToken);
  await refresh(auth, mine.refreshToken);
  const { data, cursor } = await stream.message();
  expect(data!.sessionRevoked).toEqual({
    eventId: expect.stringMatching(/^evt_/),
    occurredAt: expect.any(String),
    cursor,
    session: { id: sessionIdOf(mine), user: { id: mine.id } },
  });
});

test('administrators are told of whom they ask for', async () => {
  const [watched, other] = [await signUp(auth), await signUp(auth)];
  await using stream = await auth.subscribe(revoked, { userId: watched.id }, { scopes: ['auth:admin'] });
  await endSessionOf(other);
  await endSessionOf(watched);
  expect((await stream.message()).data!.sessionRevoked.session).toMatchObject({ user: { id: watched.id } });
});

test.each([
  ['a stranger', undefined, 'UNAUTHENTICATED'],
  ['another', { scopes: ['users:read'] }, 'FORBIDDEN'],
])('%s is not told', async (_who, as: Actor | undefined, code) => {
  await using stream = await auth.subscribe(revoked, { userId: ada.id }, as);
  expect((await stream.message()).errors).toMatchObject([{ extensions: { code } }]);
});
