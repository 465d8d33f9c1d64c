import { soon } from '@kronos/events/testing';
import { openMailbox } from '@kronos/mail/mailbox';
import { encodeId, newId } from '@kronos/subgraph';
import { type Actor, createTestProducer, type TestProducer } from '@kronos/subgraph/testing';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configure, goThrough, type Registered, register, signIn } from './provider/testing/application.ts';
import type { Browser } from './provider/testing/browser.ts';
import { startProvider, type TestProvider } from './provider/testing/test-provider.ts';
import { goodPassword, logIn, type MailingAuth, type Person, refresh, signUp, tokenTo } from './test-kit.ts';

const newPassword = 'quite another horse by the river';

let auth: TestProvider & MailingAuth;
let users: TestProducer;
let photos: Registered;
beforeAll(async () => {
  const mailbox = await openMailbox({ smtpPort: 0, port: 0 });
  const provider = await startProvider({
    SMTP_URL: mailbox.smtpUrl,
    AUTH_LINK_TEMPLATE: 'https://app.example.com/{action}/{token}',
  });
  auth = { ...provider, mailbox };
  users = await createTestProducer('users', auth.redisUrl);
  photos = await register(auth);
});
afterAll(async () => {
  await users[Symbol.asyncDispose]();
  await auth[Symbol.asyncDispose]();
  await auth.mailbox[Symbol.asyncDispose]();
});

const administrator: Actor = { userId: newId(), scopes: ['auth:admin', 'users:read', 'router:read'] };

async function change(field: string, args: object, as?: Actor) {
  const [[name, value]] = Object.entries(args) as [[string, unknown]];
  const type = name === 'input' ? `${field[0]!.toUpperCase()}${field.slice(1)}Input!` : 'ID!';
  const document = `mutation($v: ${type}) { ${field}(${name}: $v) { userErrors { code } } }`;
  const { data, errors } = await auth.execute(document, { v: value }, as);
  expect([errors, data?.[field].userErrors]).toEqual([undefined, []]);
}

/** Changes the address of somebody, and gives it. */
async function moveTo(person: Person): Promise<string> {
  const newEmail = `moved-${person.email}`;
  await change('emailChangeRequest', { input: { newEmail } }, person.actor);
  await change('emailChangeConfirm', { input: { token: await tokenTo(auth, newEmail, 'confirm-email') } });
  return newEmail;
}

/** Signs somebody in at Photos. */
async function open(person: Person, browser: Browser = auth.browser(), client = photos) {
  const config = await configure(auth, client);
  return { config, tokens: await signIn(auth, config, person, {}, browser) };
}

interface Way {
  end(person: Person): Promise<unknown>;
  kind?: string;
  because: string;
  actor: 'owner' | 'administrator' | 'nobody known';
}

const ways: Record<string, Way> = {
  'a person ends one': {
    end: ({ actor }) => change('sessionRevoke', { id: encodeId('session', actor.sessionId!) }, actor),
    because: 'REVOKED',
    actor: 'owner',
  },
  'an administrator ends all': {
    end: ({ id }) => change('sessionsRevokeAll', { userId: id }, administrator),
    because: 'REVOKED',
    actor: 'administrator',
  },
  'a refresh token comes twice': {
    async end({ refreshToken }) {
      await refresh(auth, refreshToken);
      await refresh(auth, refreshToken);
    },
    kind: 'REFRESH_TOKEN_REUSED',
    because: 'TOKEN_REUSED',
    actor: 'nobody known',
  },
  'a refresh token of an application comes twice': {
    async end(person) {
      const { config, tokens } = await open(person);
      await oauth.refreshTokenGrant(config, tokens.refresh_token!);
      await oauth.refreshTokenGrant(config, tokens.refresh_token!).catch(() => undefined);
    },
    kind: 'REFRESH_TOKEN_REUSED',
    because: 'TOKEN_REUSED',
    actor: 'nobody known',
  },
  'an application revokes an access token': {
    async end(person) {
      const { config, tokens } = await open(person);
      await oauth.tokenRevocation(config, tokens.access_token);
    },
    because: 'TOKEN_REVOKED',
    actor: 'nobody known',
  },
  'an application revokes a refresh token': {
    async end(person) {
      const { config, tokens } = await open(person);
      await oauth.tokenRevocation(config, tokens.refresh_token!);
    },
    because: 'TOKEN_REVOKED',
    actor: 'nobody known',
  },
  'a person takes back what an application was allowed': {
    async end(person) {
      await open(person);
      const { id } = await auth.database.session.findFirstOrThrow({
        where: { accountId: person.actor.userId!, clientId: { not: null } },
      });
      await change('authorizationRevoke', { id: encodeId('authorization', id) }, person.actor);
    },
    kind: 'OAUTH_CONSENT_REVOKED',
    because: 'REVOKED',
    actor: 'owner',
  },
  'an application is deleted': {
    async end(person) {
      const client = await register(auth);
      await open(person, auth.browser(), client);
      await change('oauthClientDelete', { id: client.id }, administrator);
    },
    because: 'CLIENT_DELETED',
    actor: 'administrator',
  },
  'a person logs out at the pages': {
    async end(person) {
      const browser = auth.browser();
      await open(person, browser);
      await browser.open(`${auth.issuer}/oauth/logout?client_id=${photos.id}`);
      await browser.submit({ logout: 'yes' });
    },
    because: 'LOGGED_OUT',
    actor: 'owner',
  },
  'a person logs in again in the same browser': {
    async end(person) {
      const browser = auth.browser();
      const { config } = await open(person, browser);
      const parameters = { redirect_uri: 'https://photos.example.com/callback', prompt: 'login' };
      const code_challenge = await oauth.calculatePKCECodeChallenge(oauth.randomPKCECodeVerifier());
      const pkce = { code_challenge, code_challenge_method: 'S256', scope: 'openid' };
      await goThrough(browser, oauth.buildAuthorizationUrl(config, { ...parameters, ...pkce }), person);
    },
    because: 'LOGGED_IN_AGAIN',
    actor: 'owner',
  },
  'the password is changed': {
    end: ({ actor }) =>
      change('passwordChange', { input: { currentPassword: goodPassword, newPassword } }, actor),
    because: 'PASSWORD_CHANGED',
    actor: 'owner',
  },
  'the password is set by letter': {
    async end({ email }) {
      await change('passwordResetRequest', { input: { email } });
      const token = await tokenTo(auth, email, 'reset-password');
      await change('passwordResetConfirm', { input: { token, newPassword } });
    },
    because: 'PASSWORD_RESET',
    actor: 'owner',
  },
  'the address is changed': { end: moveTo, because: 'EMAIL_CHANGED', actor: 'owner' },
  'the address is taken back': {
    async end(person) {
      await moveTo(person);
      const token = await tokenTo(auth, person.email, 'revert-email');
      await change('emailChangeRevert', { input: { token } });
    },
    because: 'EMAIL_CHANGED',
    actor: 'owner',
  },
  'an administrator suspends somebody': {
    end: ({ actor }) =>
      users.publish('userSuspended', { userId: actor.userId!, actorId: administrator.userId! }),
    because: 'USER_SUSPENDED',
    actor: 'administrator',
  },
  'somebody is erased': {
    end: ({ actor }) =>
      users.publish('erasureStepRequested', { requestId: newId(), userId: actor.userId!, domain: 'auth' }),
    because: 'USER_ERASED',
    actor: 'nobody known',
  },
};

test.each(Object.entries(ways))(
  '%s: the trail says which sessions have ended, why, and by whom',
  async (_name, way) => {
    const { kind = 'SESSION_ENDED', because, actor, end } = way;
    const person = await signUp(auth);
    await logIn(auth, person.email);
    await end(person);

    const userId = person.actor.userId!;
    const entries = await soon(async () => {
      const found = await auth.database.securityEvent.findMany({ where: { userId } });
      const ended = found.filter(({ details }) => (details as { because?: string }).because !== undefined);
      expect(ended.map(({ details }) => details)).toContainEqual(expect.objectContaining({ because }));
      return ended;
    });
    const actors = { owner: userId, administrator: administrator.userId!, 'nobody known': null };
    expect(entries).toContainEqual(
      expect.objectContaining({
        kind,
        actorId: actors[actor],
        details: expect.objectContaining({ because }),
      }),
    );

    const revoked = await auth.database.outbox.findMany({
      where: { name: 'sessionRevoked', payload: { path: ['userId'], equals: userId } },
    });
    const endedIds = revoked.map(({ payload }) =>
      encodeId('session', (payload as { sessionId: string }).sessionId),
    );
    const named = entries.flatMap(({ details }) => (details as { sessions: string[] }).sessions);
    expect(named.toSorted()).toEqual(endedIds.toSorted());
    const raised = await auth.database.outbox.findMany({
      where: { name: 'securityEventRaised', payload: { path: ['userId'], equals: userId } },
    });
    const told = raised.map(({ payload }) => (payload as { securityEventId: string }).securityEventId);
    for (const { id } of entries) expect(told).toContain(id);
  },
);
