import { decodeId, encodeId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onUsers } from './on-users.ts';
import { type Auth, type Person, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const start = `mutation($input: ImpersonationStartInput!) {
  impersonationStart(input: $input) {
    impersonation { id user { id } actor { id } reason startedAt expiresAt endedAt }
    accessToken expiresAt userErrors { code message field }
  }
}`;
const end = `mutation($id: ID!) {
  impersonationEnd(id: $id) { impersonation { id endedAt } userErrors { code field } }
}`;

/** An administrator who may impersonate, with these rights beside. */
async function administrator(...scopes: string[]): Promise<Person> {
  const person = await signUp(auth);
  const all = ['auth:impersonate', ...scopes];
  await auth.database.account.update({ where: { id: person.actor.userId! }, data: { scopes: all } });
  return { ...person, actor: { ...person.actor, scopes: all } };
}

async function begin(as: Actor, input: object) {
  const { data, errors } = await auth.execute(start, { input: { reason: 'a ticket', ...input } }, as);
  expect(errors).toBeUndefined();
  return data!.impersonationStart;
}

/** What the gateway says of somebody who comes with the token of an impersonation. */
function inside(accessToken: string, user: Person, boss: Person, id: string): Actor {
  const { scope, roles } = decodeJwt<{ scope: string; roles: string[] }>(accessToken);
  return {
    userId: user.actor.userId!,
    scopes: scope.split(' ').filter(Boolean),
    roles,
    authenticatedAt: null,
    impersonation: { id: uuidOf(id), actorId: boss.actor.userId! },
  };
}

const uuidOf = (id: string) => decodeId('impersonation', id);

const kindsOf = async (person: Person) =>
  (await auth.execute('{ securityEvents { nodes { kind actor { id } } } }', {}, person.actor)).data!
    .securityEvents.nodes;

test('an administrator gets a token that names both, and the user sees who, why and how long', async () => {
  const [boss, ada] = [await administrator(), await signUp(auth)];
  const { impersonation, accessToken, expiresAt, userErrors } = await begin(boss.actor, {
    userId: ada.id,
    minutes: 30,
  });
  expect(userErrors).toEqual([]);
  expect(impersonation).toMatchObject({
    user: { id: ada.id },
    actor: { id: boss.id },
    reason: 'a ticket',
    endedAt: null,
  });
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(30 * 60_000);
  const claims = decodeJwt(accessToken);
  expect(claims).toMatchObject({
    sub: ada.id,
    act: { sub: boss.id, sid: encodeId('session', boss.actor.sessionId!) },
    impersonation: impersonation.id,
    scope: '',
    roles: ['user'],
  });
  for (const claim of ['sid', 'auth_time', 'amr']) expect(claims).not.toHaveProperty(claim);

  const reach = `query($r: [_Any!]!) { _entities(representations: $r) {
    ... on User { impersonations { nodes { id actor { id } reason } } } } }`;
  const r = [{ __typename: 'User', id: ada.id }];
  const seen = await auth.execute(reach, { r }, ada.actor);
  expect(seen.data!._entities[0].impersonations.nodes).toEqual([
    { id: impersonation.id, actor: { id: boss.id }, reason: 'a ticket' },
  ]);
  const eve = await signUp(auth);
  expect((await auth.execute(reach, { r }, eve.actor)).data!._entities).toEqual([{ impersonations: null }]);
  expect((await kindsOf(ada))[0]).toEqual({ kind: 'IMPERSONATION_STARTED', actor: { id: boss.id } });
});

test('inside, what is dangerous is refused, and what is written down names who really acts', async () => {
  const [boss, ada] = [await administrator(), await signUp(auth)];
  const { impersonation, accessToken } = await begin(boss.actor, { userId: ada.id });
  const me = inside(accessToken, ada, boss, impersonation.id);
  const who = '{ viewer { user { id } session { id } impersonation { id actor { id } } } }';
  expect((await auth.execute(who, {}, me)).data!.viewer).toEqual({
    user: { id: ada.id },
    session: null,
    impersonation: { id: impersonation.id, actor: { id: boss.id } },
  });
  for (const [document, variables] of [
    ['mutation($i: ApiTokenCreateInput!) { apiTokenCreate(input: $i) { secret } }', { i: { name: 'x' } }],
    [
      'mutation($id: ID!) { sessionRevoke(id: $id) { session { id } } }',
      { id: encodeId('session', ada.actor.sessionId!) },
    ],
    ['mutation($id: ID!) { sessionsRevokeAll(userId: $id) { user { id } } }', { id: ada.id }],
  ] as const) {
    const { errors } = await auth.execute(document, variables, me);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  }
  // Even with the right to: nobody goes on from one name to the next.
  const bob = await signUp(auth);
  const further = await auth.execute(
    start,
    { input: { userId: bob.id, reason: 'x' } },
    { ...me, scopes: ['auth:impersonate'] },
  );
  expect(further.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);

  expect((await auth.execute(end, { id: impersonation.id }, me)).data!.impersonationEnd).toMatchObject({
    impersonation: { endedAt: expect.any(String) },
    userErrors: [],
  });
  expect((await kindsOf(ada))[0]).toEqual({ kind: 'IMPERSONATION_ENDED', actor: { id: boss.id } });
  expect((await auth.execute(who, {}, me)).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

test.each([
  ['an administrator of accounts', { scopes: ['auth:admin'] }, 'INVALID'],
  ['somebody who may impersonate', { scopes: ['auth:impersonate'] }, 'INVALID'],
  ['somebody with the role admin', { roles: ['user', 'admin'] }, 'INVALID'],
  ['somebody with a right that the administrator does not have', { scopes: ['router:write'] }, 'INVALID'],
])('%s is out of reach', async (_who, data, code) => {
  const [boss, ada] = [await administrator('auth:admin', 'users:read'), await signUp(auth)];
  await auth.database.account.update({ where: { id: ada.actor.userId! }, data });
  const { accessToken, userErrors } = await begin(boss.actor, { userId: ada.id });
  expect(accessToken).toBeNull();
  expect(userErrors).toMatchObject([{ code, field: ['input', 'userId'] }]);
});

test('somebody with fewer rights is in reach, with theirs', async () => {
  const [boss, ada] = [await administrator('users:read', 'router:read'), await signUp(auth)];
  await auth.database.account.update({
    where: { id: ada.actor.userId! },
    data: { scopes: ['users:read'] },
  });
  const { accessToken } = await begin(boss.actor, { userId: ada.id });
  expect(decodeJwt(accessToken).scope).toBe('users:read');
});

test.each([
  ['oneself', (boss: Person) => ({ userId: boss.id }), 'INVALID', ['input', 'userId']],
  ['nobody', () => ({ userId: encodeId('user', crypto.randomUUID()) }), 'NOT_FOUND', ['input', 'userId']],
  ['an id that is none', () => ({ userId: 'nonsense' }), 'NOT_FOUND', ['input', 'userId']],
  ['no reason', () => ({ userId: 'nonsense', reason: '  ' }), 'REQUIRED', ['input', 'reason']],
  ['a long reason', () => ({ userId: 'x', reason: 'x'.repeat(501) }), 'INVALID', ['input', 'reason']],
  ['61 minutes', () => ({ userId: 'nonsense', minutes: 61 }), 'INVALID', ['input', 'minutes']],
  ['no time at all', () => ({ userId: 'nonsense', minutes: 0 }), 'INVALID', ['input', 'minutes']],
])('%s is refused', async (_name, input, code, field) => {
  const boss = await administrator();
  expect((await begin(boss.actor, input(boss))).userErrors).toMatchObject([{ code, field }]);
});

test('it ends with the session of the administrator', async () => {
  const [boss, ada] = [await administrator(), await signUp(auth)];
  const { impersonation } = await begin(boss.actor, { userId: ada.id });
  const id = encodeId('session', boss.actor.sessionId!);
  await auth.execute(
    'mutation($id: ID!) { sessionRevoke(id: $id) { userErrors { code } } }',
    { id },
    boss.actor,
  );
  const row = await auth.database.impersonation.findUniqueOrThrow({
    where: { id: uuidOf(impersonation.id) },
  });
  expect(row.endedAt).not.toBeNull();
  const again = await auth.execute(start, { input: { userId: ada.id, reason: 'x' } }, boss.actor);
  expect(again.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('it ends when the administrator loses the right to it', async () => {
  const [boss, ada] = [await administrator('users:read'), await signUp(auth)];
  const { impersonation } = await begin(boss.actor, { userId: ada.id });
  const payload = { userId: boss.actor.userId!, roles: ['user'], scopes: ['users:read'] };
  await auth.database.$transaction((transaction) =>
    onUsers.accessChanged!(transaction, { payload } as never),
  );
  const announced = await auth.database.outbox.findMany({ where: { name: 'impersonationEnded' } });
  expect(announced.map((row) => (row.payload as { impersonationId: string }).impersonationId)).toContain(
    uuidOf(impersonation.id),
  );
});

test('who may neither impersonate nor end it is refused, by whichever way', async () => {
  const [boss, ada, eve] = [await administrator(), await signUp(auth), await signUp(auth)];
  const input = { userId: ada.id, reason: 'x' };
  const { impersonation } = await begin(boss.actor, input);
  expect((await auth.execute(start, { input })).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  const almost: Actor = { ...eve.actor, scopes: ['auth:admin', 'users:write'] };
  expect((await auth.execute(start, { input }, almost)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ]);
  expect((await auth.execute(end, { id: impersonation.id })).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  for (const as of [eve.actor, ada.actor, { ...eve.actor, scopes: ['auth:impersonate'] }]) {
    expect((await auth.execute(end, { id: impersonation.id }, as)).data!.impersonationEnd).toMatchObject({
      impersonation: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['id'] }],
    });
  }
  const list = '{ impersonations(first: 100) { nodes { id } } }';
  expect((await auth.execute(list, {}, eve.actor)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ]);
  expect((await auth.execute(list)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  const all = (await auth.execute(list, {}, almost)).data!.impersonations.nodes;
  expect(all).toContainEqual({ id: impersonation.id });
  const old: Actor = { ...boss.actor, authenticatedAt: new Date(Date.now() - 3_600_000) };
  expect((await begin(old, input)).userErrors).toMatchObject([{ code: 'STEP_UP_REQUIRED' }]);
  for (const _twice of [1, 2]) {
    expect((await auth.execute(end, { id: impersonation.id }, almost)).data!.impersonationEnd).toMatchObject({
      impersonation: { endedAt: expect.any(String) },
      userErrors: [],
    });
  }
});
