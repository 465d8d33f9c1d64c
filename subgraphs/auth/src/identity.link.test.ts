import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { issueToken } from './account-token.ts';
import {
  begin,
  beginLink,
  complete,
  type ForeignKronos,
  foreigner,
  goThere,
  link,
  linkTo,
  signInBy,
  startForeignKronos,
  startHome,
  trailOf,
  unlink,
} from './identity.test-kit.ts';
import { type Auth, actorOf, logIn, type Person, signUp } from './test-kit.ts';

let foreign: ForeignKronos;
let home: Auth;
let ada: Person;
beforeAll(async () => {
  foreign = await startForeignKronos();
  home = await startHome(foreign);
  ada = await signUp(home);
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await foreign[Symbol.asyncDispose]();
});

const taken = { linkedIdentity: null, userErrors: [{ code: 'IDENTITY_TAKEN', field: null }] };
const stale = (actor: Actor): Actor => ({ ...actor, authenticatedAt: new Date(Date.now() - 3_600_000) });

async function identitiesOf(id: string, as?: Actor) {
  const query = `{ _entities(representations: [{ __typename: "User", id: "${id}" }]) {
    ... on User { linkedIdentities { id provider subject linkedAt lastUsedAt } }
  } }`;
  return (await home.execute(query, {}, as)).data!._entities[0].linkedIdentities;
}

/** Somebody who has only ever come by the foreign Kronos. */
async function passwordless() {
  const there = await foreigner(foreign);
  const { session, tokens } = await signInBy(foreign, home, there);
  const actor = actorOf(tokens.accessToken);
  const [identity] = await identitiesOf(session.user.id, actor);
  return { id: session.user.id, actor, there, identity };
}

test('who links an account of theirs logs in by it, to the same account as before', async () => {
  const [grace, there] = [await signUp(home), await foreigner(foreign)];
  const { linkedIdentity, userErrors } = await linkTo(foreign, home, grace, there);
  expect(userErrors).toEqual([]);
  expect(linkedIdentity).toMatchObject({ provider: 'acme', subject: there.id });
  const { session, isNewAccount } = await signInBy(foreign, home, there);
  expect([session.user.id, isNewAccount]).toEqual([grace.id, false]);
  expect(await trailOf(home, grace.actor)).toEqual(expect.arrayContaining(['IDENTITY_LINKED', 'LOGGED_IN']));

  expect((await unlink(home, linkedIdentity.id, grace.actor)).data!.identityUnlink.userErrors).toEqual([]);
  expect(await identitiesOf(grace.id, grace.actor)).toEqual([]);
  expect(await trailOf(home, grace.actor)).toContain('IDENTITY_UNLINKED');
  expect((await signInBy(foreign, home, there)).isNewAccount).toBe(true);
});

test('what is linked, its owner and administrators see, and nobody else', async () => {
  const { id, actor, there } = await passwordless();
  const seen = [
    expect.objectContaining({ provider: 'acme', subject: there.id, linkedAt: expect.any(String) }),
  ];
  expect(await identitiesOf(id, actor)).toEqual(seen);
  expect(await identitiesOf(id, { scopes: ['auth:admin'] })).toEqual(seen);
  expect(await identitiesOf(id, ada.actor)).toBeNull();
  expect(await identitiesOf(id)).toBeNull();
});

test('one account there is linked to one here, and one here to one there', async () => {
  const [grace, joan] = [await signUp(home), await signUp(home)];
  const [first, second] = [await foreigner(foreign), await foreigner(foreign)];
  await linkTo(foreign, home, grace, first);
  expect(await linkTo(foreign, home, joan, first)).toEqual(taken);
  expect(await linkTo(foreign, home, grace, second)).toEqual(taken);
  expect(await identitiesOf(joan.id, joan.actor)).toEqual([]);
});

test('nobody links or unlinks without having logged in, of late and themselves', async () => {
  const { actor, identity } = await passwordless();
  for (const answer of [
    await beginLink(home),
    await link(home, 'ticket', 'https://kronos.example/signed-in'),
    await unlink(home, identity.id),
  ])
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  const stepUp = [{ code: 'STEP_UP_REQUIRED' }];
  expect((await beginLink(home, stale(actor))).data!.identityLinkStart.userErrors).toMatchObject(stepUp);
  expect((await unlink(home, identity.id, stale(actor))).data!.identityUnlink.userErrors).toMatchObject(
    stepUp,
  );
  const refused = [{ code: 'NOT_FOUND', field: ['id'] }];
  for (const id of [identity.id, 'made up'])
    expect((await unlink(home, id, ada.actor)).data!.identityUnlink.userErrors).toEqual(refused);
});

test('nobody finishes what somebody else has begun, nor a log-in as a link', async () => {
  const [eve, there] = [await signUp(home), await foreigner(foreign)];
  const invalid = [expect.objectContaining({ code: 'INVALID_TOKEN' })];
  const begunByEve = (await beginLink(home, eve.actor)).data!.identityLinkStart;
  const back = await goThere(foreign, begunByEve.authorizationUrl, there);
  expect((await link(home, begunByEve.ticket, back, ada.actor)).data!.identityLink.userErrors).toEqual(
    invalid,
  );
  expect((await complete(home, begunByEve.ticket, back)).data!.oauthSignInComplete.userErrors).toEqual(
    invalid,
  );

  const login = await begin(home);
  const callbackUrl = await goThere(foreign, login.authorizationUrl, there);
  expect((await link(home, login.ticket, callbackUrl, ada.actor)).data!.identityLink.userErrors).toEqual(
    invalid,
  );
  expect(await identitiesOf(ada.id, ada.actor)).toEqual([]);
  // It is the one who began it who can.
  expect((await link(home, begunByEve.ticket, back, eve.actor)).data!.identityLink.userErrors).toEqual([]);
});

test('the last way in stays', async () => {
  const { actor, identity, there } = await passwordless();
  const last = [{ code: 'LAST_CREDENTIAL', field: ['id'] }];
  expect((await unlink(home, identity.id, actor)).data!.identityUnlink.userErrors).toEqual(last);
  expect(
    (await unlink(home, identity.id, { scopes: ['auth:admin'], authenticatedAt: new Date() })).data!
      .identityUnlink.userErrors,
  ).toEqual(last);
  expect((await signInBy(foreign, home, there)).isNewAccount).toBe(false);
  // With a password there is another.
  await home.database.account.update({ where: { id: actor.userId! }, data: { passwordHash: 'argon2id' } });
  expect((await unlink(home, identity.id, actor)).data!.identityUnlink.userErrors).toEqual([]);
});

/** A new password by the letter that was sent to the account's address. */
async function resetPassword(person: Person) {
  const { token } = await issueToken(home.database, {
    accountId: person.actor.userId!,
    purpose: 'RESET_PASSWORD',
    email: person.email,
  });
  const { data } = await home.execute(
    `mutation($input: PasswordResetConfirmInput!) { passwordResetConfirm(input: $input) { userErrors { code } } }`,
    { input: { token, newPassword: 'another horse, another battery' } },
  );
  expect(data!.passwordResetConfirm.userErrors).toEqual([]);
}

test('who opens an account with the address of another is out when that one proves that it is theirs', async () => {
  const [grace, eve] = [await signUp(home), await foreigner(foreign)];
  await linkTo(foreign, home, grace, eve);
  await resetPassword(grace);
  expect(await identitiesOf(grace.id, grace.actor)).toEqual([]);
  expect(await trailOf(home, grace.actor)).toContain('IDENTITY_UNLINKED');
  // Once it is proved, what is linked is theirs, and a forgotten password changes nothing about it.
  await linkTo(foreign, home, grace, eve);
  await resetPassword(grace);
  expect(await identitiesOf(grace.id, grace.actor)).toHaveLength(1);
});

test('who takes their address back is rid of the password and the identities that a thief may have left', async () => {
  const [grace, eve] = [await signUp(home), await foreigner(foreign)];
  await linkTo(foreign, home, grace, eve);
  const { token } = await issueToken(home.database, {
    accountId: grace.actor.userId!,
    purpose: 'REVERT_EMAIL',
    email: grace.email,
  });
  const { data } = await home.execute(
    `mutation($input: EmailChangeRevertInput!) { emailChangeRevert(input: $input) { userErrors { code } } }`,
    { input: { token } },
  );
  expect(data!.emailChangeRevert.userErrors).toEqual([]);
  expect(await identitiesOf(grace.id, grace.actor)).toEqual([]);
  expect((await logIn(home, grace.email)).data!.sessionCreate.userErrors).toMatchObject([
    { code: 'INVALID_CREDENTIALS' },
  ]);
});
