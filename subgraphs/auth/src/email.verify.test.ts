import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lettersTo, type MailingAuth, signUp, startMailingAuth, tokenTo } from './test-kit.ts';

let auth: MailingAuth;
beforeAll(async () => {
  auth = await startMailingAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

async function verify(token: string) {
  const { data } = await auth.execute(
    'mutation($input: EmailVerifyInput!) { emailVerify(input: $input) { user { id email } userErrors { code field } } }',
    { input: { token } },
  );
  return data!.emailVerify;
}

const request = (as?: Actor) =>
  auth.execute(
    'mutation { emailVerificationRequest { user { id emailVerified } userErrors { code } } }',
    {},
    as,
  );

async function isVerified(id: string, as: Actor) {
  const query = `{ _entities(representations: [{ __typename: "User", id: "${id}" }]) { ... on User { emailVerified } } }`;
  return (await auth.execute(query, {}, as)).data!._entities[0].emailVerified;
}

const refused = { user: null, userErrors: [{ code: 'INVALID_TOKEN', field: ['input', 'token'] }] };

test('who signs up gets a letter; its link verifies the address, once', async () => {
  const ada = await signUp(auth);
  expect(await isVerified(ada.id, ada.actor)).toBe(false);
  const token = await tokenTo(auth, ada.email, 'verify-email');
  // The letter's reader need not be logged in, and learns nothing of the account.
  expect(await verify(token)).toEqual({ user: { id: ada.id, email: null }, userErrors: [] });
  expect(await isVerified(ada.id, ada.actor)).toBe(true);
  expect(await verify(token)).toEqual(refused);
  const events = await auth.database.securityEvent.findMany({ where: { userId: ada.actor.userId } });
  expect(events.map(({ kind }) => kind)).toContain('EMAIL_VERIFIED');
});

test('others do not see whether an address is verified', async () => {
  const [ada, eve] = [await signUp(auth), await signUp(auth)];
  expect(await isVerified(ada.id, eve.actor)).toBeNull();
  expect(await isVerified(ada.id, { ...eve.actor, scopes: ['users:read'] })).toBe(false);
});

test('another letter can be asked for, until the address is verified', async () => {
  const ada = await signUp(auth);
  const first = await tokenTo(auth, ada.email, 'verify-email');
  expect((await request(ada.actor)).data!.emailVerificationRequest.userErrors).toEqual([]);
  const second = await tokenTo(auth, ada.email, 'verify-email', first);
  expect((await verify(second)).userErrors).toEqual([]);
  // With one, all are used up.
  expect(await verify(first)).toEqual(refused);
  await request(ada.actor);
  const eve = await signUp(auth);
  await tokenTo(auth, eve.email, 'verify-email');
  expect(await lettersTo(auth, ada.email)).toHaveLength(2);
});

test('five letters an hour are enough', async () => {
  const ada = await signUp(auth);
  for (let count = 0; count < 5; count += 1) await request(ada.actor);
  expect((await request(ada.actor)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
});

test('a stranger asks for none', async () => {
  expect((await request()).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test.each(['', 'made-up', 'x'.repeat(100_000)])('a token that is made up verifies nothing', async (token) => {
  expect(await verify(token)).toEqual(refused);
});

test('a token that is too old, or of an address that is another by now, verifies nothing', async () => {
  const [ada, bob] = [await signUp(auth), await signUp(auth)];
  const tokens = [
    await tokenTo(auth, ada.email, 'verify-email'),
    await tokenTo(auth, bob.email, 'verify-email'),
  ];
  await auth.database.accountToken.updateMany({
    where: { accountId: ada.actor.userId },
    data: { expiresAt: new Date() },
  });
  await auth.database.account.update({
    where: { id: bob.actor.userId! },
    data: { email: 'other@example.com' },
  });
  expect(await verify(tokens[0]!)).toEqual(refused);
  await verify(tokens[1]!);
  expect(await isVerified(bob.id, bob.actor)).toBe(false);
});
