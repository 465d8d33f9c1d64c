import type { TestResult } from '@kronos/subgraph/testing';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, goodPassword, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth({ KRONOS_TOKEN_ISSUER: 'kronos-of-tests', AUTH_SIGN_UPS_PER_HOUR: '60' });
});
afterAll(() => auth[Symbol.asyncDispose]());

const document = `mutation($input: UserSignUpInput!) {
  userSignUp(input: $input) {
    user { id email sessions { totalCount nodes { current } } }
    tokens { accessToken refreshToken expiresAt }
    userErrors { code message field }
  }
}`;

async function open(input: object) {
  const { data, errors } = await auth.execute(document, { input });
  expect(errors).toBeUndefined();
  return data!.userSignUp;
}

test('opens an account, a session, and shows the newcomer their own data', async () => {
  const { user, tokens, userErrors } = await open({
    email: '  Ada@Example.com ',
    password: goodPassword,
    displayName: ' Ada ',
  });
  expect(userErrors).toEqual([]);
  expect(user).toEqual({
    id: expect.stringMatching(/^user_/),
    email: 'ada@example.com',
    sessions: { totalCount: 1, nodes: [{ current: false }] },
  });
  expect(tokens.refreshToken).toMatch(/^[\w-]{43}$/);
});

test('the access token is one that the published keys verify, with user, session and rights', async () => {
  const person = await signUp(auth);
  const { body } = await auth.app.inject('/.well-known/jwks.json');
  const { payload } = await jwtVerify(person.accessToken, createLocalJWKSet(JSON.parse(body)), {
    issuer: 'kronos-of-tests',
    audience: 'kronos',
    algorithms: ['EdDSA'],
  });
  expect(payload).toMatchObject({
    sub: person.id,
    sid: expect.stringMatching(/^session_/),
    scope: '',
    roles: ['user'],
    auth_time: expect.any(Number),
    amr: ['pwd'],
    mfa_enrolled: false,
    jti: expect.any(String),
  });
  expect(payload.exp! - payload.iat!).toBe(15 * 60);
});

test('when it answers, the event is in the log', async () => {
  const { actor } = await signUp(auth);
  const event = await auth.database.outbox.findFirstOrThrow({
    where: { name: 'userCreated', payload: { path: ['userId'], equals: actor.userId } },
  });
  expect(event.position).not.toBeNull();
  expect(event.payload).toMatchObject({ displayName: expect.stringMatching(/^Number/), roles: ['user'] });
});

test('nowhere in the database does the address lie in the clear, be it confirmed or changed', async () => {
  const person = await signUp(auth);
  const wanted = `new-${person.email}`;
  const change =
    'mutation($i: EmailChangeRequestInput!) { emailChangeRequest(input: $i) { userErrors { code } } }';
  const { data } = await auth.execute(change, { i: { newEmail: wanted } }, person.actor);
  expect(data!.emailChangeRequest.userErrors).toEqual([]);
  const tables = await auth.raw.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  for (const { name } of tables) {
    const [found] = await auth.raw.$queryRawUnsafe<{ count: number }[]>(
      `SELECT count(*)::int FROM "${name}" AS row WHERE row::text LIKE $1`,
      `%${person.email}%`,
    );
    expect(found?.count, name).toBe(0);
  }
  const query =
    'query($id: ID!) { _entities(representations: [{__typename: "User", id: $id}]) { ... on User { email } } }';
  expect((await auth.execute(query, { id: person.id }, person.actor)).data!._entities).toEqual([
    { email: person.email },
  ]);
});

test('stores neither the password nor the refresh token', async () => {
  const person = await signUp(auth);
  const account = await auth.database.account.findUniqueOrThrow({ where: { email: person.email } });
  expect(account.passwordHash).toMatch(/^\$argon2id\$/);
  const tokens = await auth.database.refreshToken.findMany();
  expect(tokens.length).toBeGreaterThan(0);
  expect(tokens.map(({ hash }) => hash)).not.toContain(person.refreshToken);
});

test('an address has one account, in whatever case it is written', async () => {
  const { email } = await signUp(auth);
  expect(await open({ email: email.toUpperCase(), password: goodPassword, displayName: 'Other' })).toEqual({
    user: null,
    tokens: null,
    userErrors: [{ code: 'EMAIL_TAKEN', message: expect.any(String), field: ['input', 'email'] }],
  });
});

test('of many sign-ups with one address at the same time, one succeeds', async () => {
  const input = { email: 'race@example.com', password: goodPassword, displayName: 'Racer' };
  const answers = await Promise.all(Array.from({ length: 8 }, () => open(input)));
  const codes = answers.map(({ userErrors }) => userErrors[0]?.code ?? 'OPENED').sort();
  expect(codes).toEqual([...new Array(7).fill('EMAIL_TAKEN'), 'OPENED']);
  const accounts = await auth.database.account.findMany({ where: { email: 'race@example.com' } });
  expect(accounts).toHaveLength(1);
  const events = await auth.database.outbox.count({
    where: { payload: { path: ['displayName'], equals: 'Racer' } },
  });
  expect(events).toBe(1);
});

test('names all faults of the input at once, and writes nothing', async () => {
  const before = await auth.database.account.count();
  const { userErrors } = await open({ email: 'nobody', password: 'short', displayName: '   ' });
  expect(userErrors).toEqual([
    { code: 'INVALID', message: expect.any(String), field: ['input', 'email'] },
    { code: 'WEAK_PASSWORD', message: expect.any(String), field: ['input', 'password'] },
    { code: 'REQUIRED', message: expect.any(String), field: ['input', 'displayName'] },
  ]);
  expect(await auth.database.account.count()).toBe(before);
});

test.each([
  ['a name that is too long', 'x'.repeat(81)],
  ['a name with a line break', 'Ada\nLovelace'],
])('refuses %s', async (_case, displayName) => {
  const { userErrors } = await open({ email: 'name@example.com', password: goodPassword, displayName });
  expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'displayName'] }]);
});

test('takes a name of 80 characters, however many bytes they are', async () => {
  const { userErrors } = await open({
    email: 'fox@example.com',
    password: goodPassword,
    displayName: '🦊'.repeat(80),
  });
  expect(userErrors).toEqual([]);
});

test('what is refused counts as well, and whoever has tried too often is refused before the password is looked at', async () => {
  const caller = {
    viewer: null,
    requestId: 'test',
    clientAddress: '198.51.100.60',
    userAgent: null,
    clientApplicationId: null,
    traceparent: null,
  };
  const input = { email: 'weak@example.com', password: 'password1234', displayName: 'Weak' };
  const attempt = (): Promise<TestResult> =>
    auth.subgraph.execute({ query: document, variables: { input } }, caller);
  const answers = await Promise.all(Array.from({ length: 60 }, attempt));
  for (const { data } of answers) {
    expect(data!.userSignUp.userErrors).toMatchObject([{ code: 'WEAK_PASSWORD' }]);
  }
  const { errors } = await attempt();
  expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
});
