import { beforeAll, expect, inject, test } from 'vitest';
import { type Client, client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { createEvent } from '../kit/graph.ts';

const start = `mutation($input: ImpersonationStartInput!) {
  impersonationStart(input: $input) { impersonation { id actor { id } } accessToken userErrors { code field } }
}`;
const end =
  'mutation($id: ID!) { impersonationEnd(id: $id) { impersonation { endedAt } userErrors { code } } }';
const who = '{ viewer { user { id } session { id } impersonation { id actor { id } reason } } }';
const eventCreated = 'subscription { eventCreated { event { id } } }';

let administrator: Client;
let administratorId: string;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
  administratorId = (await administrator.data('{ viewer { user { id } } }')).viewer.user.id;
});

async function begin(by: Client, user: Person): Promise<{ id: string; inside: Client }> {
  const input = { userId: user.id, reason: 'ticket 4711', minutes: 10 };
  const { impersonationStart } = await by.data(start, { input });
  expect(impersonationStart.userErrors).toEqual([]);
  return { id: impersonationStart.impersonation.id, inside: client(impersonationStart.accessToken) };
}

const codeOf = async (answer: ReturnType<Client['query']>) => (await answer).errors?.[0]?.extensions.code;

/** How a stream has ended, and after how many milliseconds. */
async function ending(stream: AsyncIterableIterator<Json>): Promise<{ code: string; took: number }> {
  const begun = Date.now();
  let last: Json;
  for await (const result of stream) last = result;
  return { code: last.errors[0].extensions.code, took: Date.now() - begun };
}

test('an administrator acts as somebody else, who sees it', async () => {
  const ada = await signUp('Ada');
  const follow =
    'subscription { securityEventRaised(kinds: [IMPERSONATION_STARTED, IMPERSONATION_ENDED]) { securityEvent { kind actor { id } } } }';
  const told = await ada.listen(follow);
  const { id, inside } = await begin(administrator, ada);
  const next = async () => (await told.next()).value.data.securityEventRaised.securityEvent;
  expect(await next()).toEqual({ kind: 'IMPERSONATION_STARTED', actor: { id: administratorId } });
  expect((await inside.data(who)).viewer).toEqual({
    user: { id: ada.id },
    session: null,
    impersonation: { id, actor: { id: administratorId }, reason: 'ticket 4711' },
  });
  // What is done is done in the user's name.
  const event = await createEvent(inside);
  const organiser = 'query($id: ID!) { event(id: $id) { organizer { id } } }';
  expect((await ada.data(organiser, { id: event.id })).event.organizer.id).toBe(ada.id);

  const seen =
    'query($id: ID!) { user(id: $id) { impersonations { nodes { id actor { id } reason endedAt } } } }';
  expect((await ada.data(seen, { id: ada.id })).user.impersonations.nodes).toEqual([
    { id, actor: { id: administratorId }, reason: 'ticket 4711', endedAt: null },
  ]);
  const stream = await inside.listen(eventCreated);
  const over = ending(stream);
  expect((await inside.data(end, { id })).impersonationEnd.userErrors).toEqual([]);
  const { code, took } = await over;
  expect(code).toBe('UNAUTHENTICATED');
  expect(took).toBeLessThan(1_000);
  expect(await codeOf(inside.query(who))).toBe('UNAUTHENTICATED');
  expect(await next()).toEqual({ kind: 'IMPERSONATION_ENDED', actor: { id: administratorId } });
  await told.return?.();
  const { impersonations } = await administrator.data('{ impersonations(first: 100) { nodes { id } } }');
  expect(impersonations.nodes).toContainEqual({ id });
});

test('nothing dangerous is done under the name of another', async () => {
  const ada = await signUp('Ada');
  const { inside } = await begin(administrator, ada);
  for (const [document, variables] of [
    ['mutation { apiTokenCreate(input: {name: "x"}) { userErrors { code } } }', {}],
    ['mutation($id: ID!) { sessionsRevokeAll(userId: $id) { userErrors { code } } }', { id: ada.id }],
    ['mutation($id: ID!) { userErase(id: $id, input: {}) { userErrors { code } } }', { id: ada.id }],
    [
      'mutation($i: PasswordChangeInput!) { passwordChange(input: $i) { userErrors { code } } }',
      { i: { currentPassword: ada.password, newPassword: 'quite another staple of horses' } },
    ],
    [
      'mutation($i: EmailChangeRequestInput!) { emailChangeRequest(input: $i) { userErrors { code } } }',
      { i: { newEmail: 'eve@example.com' } },
    ],
  ] as const) {
    expect([document, await codeOf(inside.query(document, variables))]).toEqual([document, 'FORBIDDEN']);
  }
  expect(await codeOf(inside.query(start, { input: { userId: ada.id, reason: 'x' } }))).toBe('FORBIDDEN');
});

test('it ends within a second of the administrator’s session', async () => {
  const ada = await signUp('Ada');
  const elsewhere = await logIn(inject('kronosAdministrator'));
  const { inside } = await begin(elsewhere, ada);
  const over = ending(await inside.listen(eventCreated));
  const { viewer } = await elsewhere.data('{ viewer { session { id } } }');
  await administrator.data('mutation($id: ID!) { sessionRevoke(id: $id) { userErrors { code } } }', {
    id: viewer.session.id,
  });
  const { code, took } = await over;
  expect(code).toBe('UNAUTHENTICATED');
  expect(took).toBeLessThan(1_000);
  expect(await codeOf(inside.query(who))).toBe('UNAUTHENTICATED');
});

test('it ends within a second of the right to it', async () => {
  const [helper, ada] = [await signUp('Helper'), await signUp('Ada')];
  const name = `support-${Date.now()}`;
  const { roleCreate } = await administrator.data(
    'mutation($input: RoleCreateInput!) { roleCreate(input: $input) { role { id } userErrors { code message } } }',
    { input: { name, description: 'Helps people.', permissions: ['auth:impersonate'] } },
  );
  expect(roleCreate.userErrors).toEqual([]);
  const role = { input: { userId: helper.id, role: name } };
  await administrator.data(
    'mutation($input: RoleAssignInput!) { roleAssign(input: $input) { userErrors { code } } }',
    role,
  );
  let support: Client | undefined;
  await expect
    .poll(async () => {
      support = await logIn({ email: helper.email, password: helper.password });
      return (await support.data('{ viewer { scopes } }')).viewer.scopes;
    })
    .toEqual(['auth:impersonate']);
  const { inside } = await begin(support!, ada);
  expect((await inside.data(who)).viewer.user.id).toBe(ada.id);
  const over = ending(await inside.listen(eventCreated));
  await administrator.data(
    'mutation($input: RoleUnassignInput!) { roleUnassign(input: $input) { userErrors { code } } }',
    role,
  );
  expect((await over).took).toBeLessThan(1_000);
  expect(await codeOf(inside.query(who))).toBe('UNAUTHENTICATED');
});

test('nobody impersonates without the right, nor whoever administers', async () => {
  const [ada, eve] = [await signUp('Ada'), await signUp('Eve')];
  const input = { userId: ada.id, reason: 'curiosity' };
  expect(await codeOf(eve.query(start, { input }))).toBe('FORBIDDEN');
  expect(await codeOf(client().query(start, { input }))).toBe('UNAUTHENTICATED');
  const { impersonationStart } = await administrator.data(start, {
    input: { ...input, userId: administratorId },
  });
  expect(impersonationStart.userErrors).toMatchObject([{ code: 'INVALID' }]);
  const { id } = await begin(administrator, ada);
  expect((await eve.data(end, { id })).impersonationEnd.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
  expect(await codeOf(eve.query('{ impersonations { nodes { id } } }'))).toBe('FORBIDDEN');
  const theirs = 'query($id: ID!) { user(id: $id) { impersonations { totalCount } } }';
  expect((await eve.data(theirs, { id: ada.id })).user.impersonations).toBeNull();
  await administrator.data(end, { id });
});
