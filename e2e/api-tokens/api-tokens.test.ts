import { createHash } from 'node:crypto';
import { beforeAll, expect, inject, test } from 'vitest';
import { type Client, client, type Json, logIn, signUp } from '../kit/client.ts';
import { startFurtherGateway } from '../kit/further-gateway.ts';
import { createEvent } from '../kit/graph.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const create = `mutation($input: ApiTokenCreateInput!) {
  apiTokenCreate(input: $input) { apiToken { id name scopes operations } secret userErrors { code field } }
}`;
const revoke = `mutation($id: ID!) {
  apiTokenRevoke(id: $id) { apiToken { id revokedAt } userErrors { code field } }
}`;
const eventCreated = 'subscription { eventCreated { event { id } } }';
const who = '{ viewer { user { id } scopes session { id } apiToken { id } } }';

let administrator: Client;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
});

async function make(owner: Client, input: object = {}): Promise<Json> {
  const { apiTokenCreate } = await owner.data(create, { input: { name: 'nightly job', ...input } });
  expect(apiTokenCreate.userErrors).toEqual([]);
  return apiTokenCreate;
}

const codeOf = async (answer: ReturnType<Client['query']>) => (await answer).errors?.[0]?.extensions.code;

test('a program calls in the name of its owner, with the scopes it was given and no others', async () => {
  const { apiToken, secret } = await make(administrator, { scopes: ['users:read'] });
  const program = client(secret);
  const { viewer } = await program.data(who);
  const { viewer: owner } = await administrator.data('{ viewer { user { id } } }');
  expect(viewer).toEqual({
    user: owner.user,
    scopes: ['users:read'],
    session: null,
    apiToken: { id: apiToken.id },
  });
  expect((await program.data('{ users(first: 1) { nodes { id } } }')).users.nodes).toHaveLength(1);
  expect(await codeOf(program.query('{ signingKeys { kid } }'))).toBe('FORBIDDEN');

  const { apiTokens } = await administrator.data('{ apiTokens { nodes { id lastUsedAt } } }');
  const [used] = apiTokens.nodes.filter(({ id }: Json) => id === apiToken.id);
  expect(Date.parse(used.lastUsedAt)).toBeGreaterThan(Date.now() - 60_000);
});

test('a token makes no tokens, ends no sessions, and gives nobody the means to log in', async () => {
  const ada = await signUp('Ada');
  const { apiToken, secret } = await make(ada);
  const program = client(secret);
  const { viewer } = await ada.data('{ viewer { session { id } } }');
  for (const [document, variables] of [
    [create, { input: { name: 'another' } }],
    [revoke, { id: apiToken.id }],
    ['mutation($id: ID!) { sessionRevoke(id: $id) { userErrors { code } } }', { id: viewer.session.id }],
    ['mutation($id: ID!) { sessionsRevokeAll(userId: $id) { userErrors { code } } }', { id: ada.id }],
    [
      'mutation($i: PasswordChangeInput!) { passwordChange(input: $i) { userErrors { code } } }',
      { i: { currentPassword: ada.password, newPassword: 'quite another staple of horses' } },
    ],
    ['mutation($id: ID!) { userErase(id: $id, input: {}) { userErrors { code } } }', { id: ada.id }],
  ] as const) {
    expect(await codeOf(program.query(document, variables))).toBe('FORBIDDEN');
  }
  expect((await program.data(who)).viewer.user.id).toBe(ada.id);
});

test('another’s tokens are out of reach', async () => {
  const [ada, eve] = [await signUp('Ada'), await signUp('Eve')];
  const { apiToken } = await make(ada);
  const one = 'query($id: ID!) { apiToken(id: $id) { id } }';
  expect((await eve.data(one, { id: apiToken.id })).apiToken).toBeNull();
  expect((await ada.data(one, { id: apiToken.id })).apiToken).toEqual({ id: apiToken.id });
  expect((await eve.data(revoke, { id: apiToken.id })).apiTokenRevoke).toEqual({
    apiToken: null,
    userErrors: [{ code: 'NOT_FOUND', field: ['id'] }],
  });
  const theirs = 'query($id: ID!) { user(id: $id) { apiTokens { totalCount } } }';
  expect((await eve.data(theirs, { id: ada.id })).user.apiTokens).toBeNull();
  expect((await ada.data(theirs, { id: ada.id })).user.apiTokens).toEqual({ totalCount: 1 });
  const { userErrors } = (await eve.data(create, { input: { name: 'x', scopes: ['auth:admin'] } }))
    .apiTokenCreate;
  expect(userErrors).toEqual([{ code: 'INVALID', field: ['input', 'scopes'] }]);
});

test('a token for one document is good for that one, and for nothing else', async () => {
  const ada = await signUp('Ada');
  const operations = [`sha256:${createHash('sha256').update(who).digest('hex')}`];
  const { apiToken, secret } = await make(ada, { operations });
  const program = client(secret);
  expect((await program.data(who)).viewer.apiToken.id).toBe(apiToken.id);
  expect(await codeOf(program.query('{ __typename }'))).toBe('OPERATION_NOT_ALLOWED');
  expect(await codeOf(program.query('{ viewer { user { id email } } }'))).toBe('OPERATION_NOT_ALLOWED');
});

test('revoking reaches three gateways and their streams within a second', async () => {
  const ada = await signUp('Ada');
  const { apiToken, secret } = await make(ada);
  const supervisor = inject('kronosPid');
  await using second = await startFurtherGateway(supervisor);
  await using third = await startFurtherGateway(supervisor);
  const programs = [inject('kronosUrl'), second.url, third.url].map((url) => client(secret, url));
  const streams = await Promise.all(programs.map((program) => program.listen(eventCreated)));
  const event = await createEvent(ada);
  for (const stream of streams) {
    expect((await stream.next()).value.data.eventCreated.event.id).toBe(event.id);
  }
  const endings = streams.map(async (stream) => {
    let last: Json;
    for await (const result of stream) last = result;
    return { code: last.errors[0].extensions.code, at: Date.now() };
  });

  const begun = Date.now();
  expect((await ada.data(revoke, { id: apiToken.id })).apiTokenRevoke.userErrors).toEqual([]);
  for (const { code, at } of await Promise.all(endings)) {
    expect(code).toBe('UNAUTHENTICATED');
    expect(at - begun).toBeLessThan(1_000);
  }
  for (const program of programs) expect(await codeOf(program.query(who))).toBe('UNAUTHENTICATED');
  expect((await ada.data(who)).viewer.user.id).toBe(ada.id);
});

test('who is suspended has no tokens any more', async () => {
  const ada = await signUp('Ada');
  const { secret } = await make(ada);
  const program = client(secret);
  const stream = await program.listen(eventCreated);
  await administrator.data(
    'mutation($id: ID!) { userSuspend(id: $id, input: {reason: "fraud"}) { userErrors { code } } }',
    { id: ada.id },
  );
  let last: Json;
  for await (const result of stream) last = result;
  expect(last.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  expect(await codeOf(program.query(who))).toBe('UNAUTHENTICATED');
  expect(await codeOf(client(secret.slice(0, -1)).query(who))).toBe('UNAUTHENTICATED');
});

test('a token has what is left of its owner’s rights, from the next request on', async () => {
  const { email, password, id } = await signUp('Ada');
  const change = (kind: 'Assign' | 'Unassign') =>
    administrator.data(`mutation($i: Role${kind}Input!) { role${kind}(input: $i) { userErrors { code } } }`, {
      i: { userId: id, role: 'premium' },
    });
  await change('Assign');
  let premium: Client | undefined;
  await waitUntil(async () => {
    premium = await logIn({ email, password });
    return (await premium.data(who)).viewer.scopes.includes('quota:premium');
  });
  const { secret } = await make(premium!, { scopes: ['quota:premium'] });
  const program = client(secret);
  expect((await program.data(who)).viewer.scopes).toEqual(['quota:premium']);
  await change('Unassign');
  // Never refused for that: it is exchanged anew by itself.
  await waitUntil(async () => (await program.data(who)).viewer.scopes.length === 0);
});
