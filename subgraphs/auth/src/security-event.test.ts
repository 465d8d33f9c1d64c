import { encodeId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteEnded } from './housekeeping.ts';
import { type Auth, logIn, refresh, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const administrator: Actor = { scopes: ['auth:admin'] };
const fields = 'id kind occurredAt user { id } actor { id } session { id } ipAddress userAgent details';
const list = `query($userId: ID, $everyone: Boolean, $filter: SecurityEventFilter, $first: Int, $after: String) {
  securityEvents(userId: $userId, everyone: $everyone, filter: $filter, first: $first, after: $after) {
    nodes { ${fields} } totalCount pageInfo { endCursor hasNextPage }
  }
}`;

interface Listed {
  id: string;
  kind: string;
  actor: { id: string } | null;
  ipAddress: string | null;
  details: Record<string, unknown>;
}

async function trailOf(as: Actor, variables: object = {}): Promise<Listed[]> {
  const { data, errors } = await auth.execute(list, variables, as);
  expect(errors).toBeUndefined();
  return data!.securityEvents.nodes;
}

const kindsOf = async (as: Actor, variables: object = {}) =>
  (await trailOf(as, variables)).map(({ kind }) => kind);

test('what people do with their account is in their trail, newest first', async () => {
  const ada = await signUp(auth);
  await logIn(auth, ada.email, 'not the password');
  await logIn(auth, ada.email);
  await logIn(auth, ada.email);
  await refresh(auth, ada.refreshToken);
  await refresh(auth, ada.refreshToken);
  await refresh(auth, ada.refreshToken);
  expect(await kindsOf(ada.actor)).toEqual([
    'REFRESH_TOKEN_REUSED',
    'LOGGED_IN',
    'LOGGED_IN',
    'NEW_DEVICE',
    'LOGIN_FAILED',
    'SIGNED_UP',
  ]);
  const [failed] = await trailOf(ada.actor, { filter: { kinds: ['LOGIN_FAILED'] } });
  expect(failed).toMatchObject({ user: { id: ada.id }, actor: null, session: null, ipAddress: '192.0.2.1' });
  const [signedUp] = await trailOf(ada.actor, { filter: { kinds: ['SIGNED_UP'] } });
  const session = { id: encodeId('session', ada.actor.sessionId!) };
  expect(signedUp).toMatchObject({ user: { id: ada.id }, actor: { id: ada.id }, session });
});

test('whoever guesses is locked out, which is written down once', async () => {
  const ada = await signUp(auth);
  const guess = () => logIn(auth, ada.email, 'not the password', '192.0.2.77');
  for (let attempt = 0; attempt < 13; attempt++) await guess();
  const kinds = ['LOCKED_OUT', 'LOGIN_FAILED'];
  const found = await kindsOf(ada.actor, { filter: { kinds } });
  expect(found).toEqual(['LOCKED_OUT', ...new Array(10).fill('LOGIN_FAILED')]);
});

test('a login to an account that there is not is written down, without the address', async () => {
  await logIn(auth, 'nobody-at-all@example.com');
  const [newest] = await trailOf(administrator, { everyone: true, first: 1 });
  expect(newest).toMatchObject({ kind: 'LOGIN_FAILED', user: null, actor: null, ipAddress: '192.0.2.1' });
  expect(JSON.stringify(newest)).not.toContain('nobody-at-all');
});

test('who ends the session of another is named, and where they sit is not', async () => {
  const ada = await signUp(auth);
  const boss: Actor = { userId: crypto.randomUUID(), scopes: ['auth:admin'] };
  const id = encodeId('session', ada.actor.sessionId!);
  const revoke = 'mutation($id: ID!) { sessionRevoke(id: $id) { userErrors { code } } }';
  await auth.execute(revoke, { id }, boss);
  await auth.execute(revoke, { id }, boss);
  const filter = { kinds: ['SESSION_ENDED'] };
  const seen = await trailOf(ada.actor, { filter });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    actor: { id: encodeId('user', boss.userId!) },
    session: null,
    details: { sessions: [id], count: 1 },
  });
  await auth.database.securityEvent.create({
    data: {
      id: crypto.randomUUID(),
      kind: 'SESSION_ENDED',
      userId: ada.actor.userId!,
      actorId: boss.userId!,
      ipAddress: '192.0.2.9',
      details: {},
    },
  });
  const addresses = async (as: Actor) =>
    (await trailOf(as, { userId: ada.id, filter })).map(({ ipAddress }) => ipAddress);
  expect(await addresses(ada.actor)).not.toContain('192.0.2.9');
  expect(await addresses(boss)).toContain('192.0.2.9');
});

test('pages follow each other, and a time limits them', async () => {
  const ada = await signUp(auth);
  for (let index = 0; index < 4; index++) await logIn(auth, ada.email);
  const all = await trailOf(ada.actor);
  const first = await auth.execute(list, { first: 2 }, ada.actor);
  const { endCursor, hasNextPage } = first.data!.securityEvents.pageInfo;
  expect(hasNextPage).toBe(true);
  const second = await trailOf(ada.actor, { first: 100, after: endCursor });
  expect([...first.data!.securityEvents.nodes, ...second]).toEqual(all);
  expect(await trailOf(ada.actor, { filter: { from: new Date(Date.now() + 60_000).toISOString() } })).toEqual(
    [],
  );
  expect(await trailOf(ada.actor, { filter: { to: new Date(Date.now() + 60_000).toISOString() } })).toEqual(
    all,
  );
});

test('nobody reads the trail of another, be it by id, by list or by user', async () => {
  const [ada, eve] = [await signUp(auth), await signUp(auth)];
  const [event] = await trailOf(ada.actor);
  const almost: Actor = { ...eve.actor, scopes: ['users:read', 'users:write', 'users:admin'] };
  const one = 'query($id: ID!) { securityEvent(id: $id) { id kind } }';
  expect((await auth.execute(one, { id: event!.id }, almost)).data).toEqual({ securityEvent: null });
  expect((await auth.execute(one, { id: 'nonsense' }, almost)).data).toEqual({ securityEvent: null });
  for (const variables of [{ userId: ada.id }, { everyone: true }]) {
    expect((await auth.execute(list, variables, almost)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  }
  const reach = `query($r: [_Any!]!) { _entities(representations: $r) {
    ... on User { securityEvents { totalCount } } ... on SecurityEvent { kind } } }`;
  const r = [
    { __typename: 'User', id: ada.id },
    { __typename: 'SecurityEvent', id: event!.id },
  ];
  expect((await auth.execute(reach, { r }, almost)).data!._entities).toEqual([
    { securityEvents: null },
    null,
  ]);
  expect((await auth.execute(reach, { r }, ada.actor)).data!._entities).toEqual([
    { securityEvents: { totalCount: 1 } },
    { kind: 'SIGNED_UP' },
  ]);
  expect((await auth.execute(one, { id: event!.id }, administrator)).data!.securityEvent.id).toBe(event!.id);
});

test('strangers read and follow nothing', async () => {
  const ada = await signUp(auth);
  const [event] = await trailOf(ada.actor);
  for (const [document, variables] of [
    [list, {}],
    [list, { everyone: true }],
    ['query($id: ID!) { securityEvent(id: $id) { id } }', { id: event!.id }],
  ] as const) {
    expect((await auth.execute(document, variables)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  }
  await using stream = await auth.subscribe('subscription { securityEventRaised { cursor } }');
  expect((await stream.message()).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('people follow their own trail, administrators that of everybody, and of some kinds alone', async () => {
  const [ada, bob] = [await signUp(auth), await signUp(auth)];
  const follow = `subscription($userId: ID, $everyone: Boolean, $kinds: [SecurityEventKind!]) {
    securityEventRaised(userId: $userId, everyone: $everyone, kinds: $kinds) {
      securityEvent { kind user { id } }
    }
  }`;
  await using own = await auth.subscribe(follow, {}, ada.actor);
  await using all = await auth.subscribe(follow, { everyone: true, kinds: ['LOGIN_FAILED'] }, administrator);
  await logIn(auth, bob.email, 'not the password');
  await logIn(auth, ada.email, 'not the password');
  const failed = (id: string) => ({ securityEvent: { kind: 'LOGIN_FAILED', user: { id } } });
  expect((await own.message()).data!.securityEventRaised).toEqual(failed(ada.id));
  expect((await all.message()).data!.securityEventRaised).toEqual(failed(bob.id));
  expect((await all.message()).data!.securityEventRaised).toEqual(failed(ada.id));

  for (const variables of [{ userId: ada.id }, { everyone: true }]) {
    await using refused = await auth.subscribe(follow, variables, bob.actor);
    expect((await refused.message()).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  }
});

test('the database changes and deletes nothing of the trail before its time', async () => {
  const ada = await signUp(auth);
  const { database } = auth;
  const mine = { where: { userId: ada.actor.userId! } };
  await expect(database.securityEvent.updateMany({ ...mine, data: { kind: 'LOGGED_IN' } })).rejects.toThrow();
  await expect(database.securityEvent.deleteMany(mine)).rejects.toThrow();
  await expect(database.$executeRaw`TRUNCATE security_event`).rejects.toThrow();
  await database.account.delete({ where: { id: ada.actor.userId! } });
  expect(await database.securityEvent.count(mine)).toBe(1);

  const added = await addAged('LOGGED_IN', null, 401);
  await deleteEnded(database, new Date());
  expect(await database.securityEvent.count({ where: { id: added } })).toBe(0);
  expect(await database.securityEvent.count(mine)).toBe(1);
});

/** Adds an event as if it had happened so many days ago. */
async function addAged(kind: string, userId: string | null, days: number): Promise<string> {
  const id = crypto.randomUUID();
  const occurredAt = new Date(Date.now() - days * 24 * 60 * 60 * 1000);
  await auth.database.securityEvent.create({ data: { id, kind, userId, details: {}, occurredAt } });
  return id;
}

test('attempts on accounts that there are not are kept for thirty days, those on people and all else for 400', async () => {
  const somebody = crypto.randomUUID();
  const { securityEvent } = auth.database;
  const kept = [
    await addAged('LOGIN_FAILED', null, 29),
    await addAged('LOGIN_FAILED', somebody, 399),
    await addAged('LOCKED_OUT', somebody, 399),
    await addAged('OAUTH_CLIENT_CREATED', null, 399),
  ];
  const gone = [await addAged('LOGIN_FAILED', null, 31), await addAged('LOCKED_OUT', null, 31)];
  for (const id of kept) await expect(securityEvent.delete({ where: { id } })).rejects.toThrow();

  await deleteEnded(auth.database, new Date());
  expect(await securityEvent.count({ where: { id: { in: kept } } })).toBe(4);
  expect(await securityEvent.count({ where: { id: { in: gone } } })).toBe(0);
});
