import { beforeAll, expect, inject, test } from 'vitest';
import { type Client, client, type Json, logIn, signUp } from '../kit/client.ts';
import { domains } from '../kit/domains.ts';
import { createEvent, register, until } from '../kit/graph.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

// As the issue has them, word for word.
const erase =
  'mutation($id: ID!) { userErase(id: $id, input: {}) { erasureRequest { id } userErrors { code message } } }';
const look = 'query($id: ID!) { erasureRequest(id: $id) { status steps { domain status } } }';

let administrator: Client;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
});

async function whenErased(by: Client, id: string): Promise<Json> {
  let request: Json;
  await waitUntil(async () => {
    ({ erasureRequest: request } = await by.data(look, { id }));
    return request.status === 'COMPLETED';
  });
  return request;
}

/** Someone who has left traces in every domain, and who has read what somebody organises. */
async function someoneWithPast(displayName: string) {
  const [person, host] = [await signUp(displayName), await signUp('Host')];
  const notified = await person.listen('subscription { notificationReceived { notification { kind } } }');
  const [own, other] = [
    await createEvent(person, { title: 'Mine' }),
    await createEvent(host, { capacity: 1 }),
  ];
  expect((await register(person, other.id)).userErrors).toEqual([]);
  await until(
    notified,
    (result) => result.data?.notificationReceived.notification.kind === 'REGISTRATION_CONFIRMED',
  );
  await notified.return?.();
  const { clientApplicationCreate } = await administrator.data(
    `mutation($input: ClientApplicationCreateInput!) {
      clientApplicationCreate(input: $input) { clientApplication { id } userErrors { code } }
    }`,
    { input: { name: `Program of ${person.id}`, ownerId: person.id } },
  );
  return { person, host, own, other, program: clientApplicationCreate.clientApplication.id as string };
}

test('who is erased is gone everywhere, and what others did with them stays', async () => {
  const { person, own, other, program } = await someoneWithPast('Ada');
  const { userErase } = await person.data(erase, { id: person.id });
  expect(userErase.userErrors).toEqual([]);
  // Without a token: theirs is worth nothing by now.
  const done = await whenErased(client(), userErase.erasureRequest.id);
  expect(done.steps).toEqual(domains.map((domain) => ({ domain, status: 'COMPLETED' })));

  expect((await person.query('{ viewer { user { id } } }')).errors?.[0]?.extensions.code).toBe(
    'UNAUTHENTICATED',
  );
  const left = await administrator.data(
    `query($user: ID!, $own: ID!, $other: ID!, $program: ID!) {
      user(id: $user) { displayName status email roles { name } }
      own: event(id: $own) { title status organizer { displayName } }
      other: event(id: $other) { remaining }
      clientApplication(id: $program) { owner { id } }
    }`,
    { user: person.id, own: own.id, other: other.id, program },
  );
  expect(left).toEqual({
    user: { displayName: 'Erased user', status: 'ERASED', email: null, roles: [] },
    own: { title: 'Mine', status: 'CANCELLED', organizer: { displayName: 'Erased user' } },
    other: { remaining: 1 },
    clientApplication: { owner: null },
  });
  const again = await client().data(
    `mutation($input: UserSignUpInput!) { userSignUp(input: $input) { user { id } userErrors { code } } }`,
    { input: { email: person.email, password: person.password, displayName: 'Ada' } },
  );
  expect(again.userSignUp.userErrors).toEqual([]);
  expect(again.userSignUp.user.id).not.toBe(person.id);
});

test('its steps are followed live, with what was done and why something is kept', async () => {
  const { person } = await someoneWithPast('Bea');
  const after = new Date(Date.now() + 3_000).toISOString();
  const { userErase } = await administrator.data(
    `mutation($id: ID!, $after: DateTime) {
      userErase(id: $id, input: {after: $after}) { erasureRequest { id status } userErrors { code } }
    }`,
    { id: person.id, after },
  );
  expect(userErase.erasureRequest.status).toBe('SCHEDULED');
  const steps = await client().listen(
    `subscription($id: ID!) { erasureRequestUpdated(id: $id) { erasureRequest {
      status user { id } steps { domain status rowsErased rowsAnonymised rowsRetained retentionReason } } } }`,
    { id: userErase.erasureRequest.id },
  );
  const end = await until(
    steps,
    (result) => result.data?.erasureRequestUpdated.erasureRequest.status === 'COMPLETED',
  );
  await steps.return?.();
  const { user, steps: byDomain } = end.data.erasureRequestUpdated.erasureRequest;
  expect(user).toBeNull();
  const of = (name: string) => byDomain.find(({ domain }: Json) => domain === name);
  expect(of('notifications')).toMatchObject({ rowsRetained: 0, retentionReason: null });
  expect(of('notifications').rowsErased).toBeGreaterThan(1);
  expect(of('events')).toMatchObject({
    rowsErased: 1,
    rowsRetained: 1,
    retentionReason: expect.stringContaining('attendees'),
  });
  expect(of('router')).toMatchObject({ rowsAnonymised: 1 });
});

test('an erasure that is to come is cancelled, and nothing has happened', async () => {
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  const { userErase } = await ada.data(
    `mutation($id: ID!, $after: DateTime) { userErase(id: $id, input: {after: $after}) { erasureRequest { id } userErrors { code } } }`,
    { id: ada.id, after: new Date(Date.now() + 86_400_000).toISOString() },
  );
  const { id } = userErase.erasureRequest;
  const cancel =
    'mutation($id: ID!) { userEraseCancel(id: $id) { erasureRequest { status } userErrors { code } } }';
  expect((await ben.data(cancel, { id })).userEraseCancel.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
  expect((await ada.data(cancel, { id })).userEraseCancel).toEqual({
    erasureRequest: { status: 'CANCELLED' },
    userErrors: [],
  });
  expect((await ada.data('{ viewer { user { status displayName } } }')).viewer.user).toEqual({
    status: 'ACTIVE',
    displayName: 'Ada',
  });
});

test('nobody erases or exports others', async () => {
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  expect((await ben.data(erase, { id: ada.id })).userErase.userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
  const ask = 'mutation($id: ID!) { userDataExport(id: $id) { dataExport { id } userErrors { code } } }';
  expect((await ben.data(ask, { id: ada.id })).userDataExport.userErrors).toEqual([{ code: 'FORBIDDEN' }]);
  const { userDataExport } = await ada.data(ask, { id: ada.id });
  const read = 'query($id: ID!) { dataExport(id: $id) { parts { nodes { content } } } }';
  expect(await ben.data(read, { id: userDataExport.dataExport.id })).toEqual({ dataExport: null });
  expect((await client().query(read, { id: userDataExport.dataExport.id })).data.dataExport).toBeNull();
});

/** Follows the pages of an export, as the README says it. */
async function download(by: Client, id: string): Promise<Json[]> {
  const parts: Json[] = [];
  let after: string | null = null;
  do {
    const { dataExport }: Json = await by.data(
      `query($id: ID!, $after: String) { dataExport(id: $id) { parts(first: 2, after: $after) {
        nodes { content } pageInfo { hasNextPage endCursor } } } }`,
      { id, after },
    );
    parts.push(...dataExport.parts.nodes.map(({ content }: Json) => JSON.parse(content)));
    after = dataExport.parts.pageInfo.hasNextPage ? dataExport.parts.pageInfo.endCursor : null;
  } while (after);
  return parts;
}

test('all that is kept of a person comes in one export, theirs to download', async () => {
  const { person, host } = await someoneWithPast('Cleo');
  const { userDataExport } = await person.data(
    'mutation($id: ID!) { userDataExport(id: $id) { dataExport { id status expiresAt } userErrors { code } } }',
    { id: person.id },
  );
  const { id } = userDataExport.dataExport;
  const news = await person.listen(
    'subscription($id: ID!) { dataExportUpdated(id: $id) { dataExport { status steps { domain status rows } } } }',
    { id },
  );
  const isComplete = async (): Promise<boolean> =>
    (await person.data('query($id: ID!) { dataExport(id: $id) { status } }', { id })).dataExport.status ===
    'COMPLETED';
  if (!(await isComplete()))
    await until(news, (result) => result.data?.dataExportUpdated.dataExport.status === 'COMPLETED');
  await news.return?.();

  const parts = await download(person, id);
  // Domains that keep nothing of them have no part.
  expect(parts.map(({ domain }) => domain).sort()).toEqual([
    ...['auth', 'events', 'notifications', 'router', 'users'],
  ]);
  const rowsOf = (name: string): Json[] =>
    parts.flatMap(({ tables }) => tables).flatMap(({ table, rows }: Json) => (table === name ? rows : []));
  expect(rowsOf('account')).toMatchObject([{ email: person.email }]);
  expect(rowsOf('account')[0]).not.toHaveProperty('password_hash');
  expect(rowsOf('session')).toHaveLength(1);
  expect(rowsOf('user')).toMatchObject([{ display_name: 'Cleo' }]);
  expect(rowsOf('event')).toMatchObject([{ title: 'Mine' }]);
  expect(rowsOf('registration')).toHaveLength(1);
  expect(rowsOf('notification').length).toBeGreaterThan(1);
  expect(rowsOf('client_application')).toMatchObject([{ name: `Program of ${person.id}` }]);
  expect(JSON.stringify(parts)).not.toContain(host.email);
  // An administrator may read it, too.
  expect(await download(administrator, id)).toHaveLength(parts.length);
});
