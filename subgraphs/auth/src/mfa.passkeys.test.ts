import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Actor } from '@kronos/subgraph/testing';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { challengeOf, complete, enrollTotp, verifyFactor } from './mfa.test-kit.ts';
import { type Auth, actorOf, signUp, startAuth } from './test-kit.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
if (!executablePath) console.warn('No Chromium on this machine: passkeys are not tried in a browser.');

/** A page of the site, in a browser with an authenticator of its own. */
interface Device {
  page: Page;
  /** Makes the sign counter of its credentials what it is not. */
  setSignCount(count: number): Promise<void>;
}

let auth: Auth;
let browser: Browser;
let origin: string;
const site = createServer((_request, response) =>
  response.setHeader('content-type', 'text/html').end('<title>Site</title>'),
);

beforeAll(async () => {
  if (!executablePath) return;
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://localhost:${(site.address() as AddressInfo).port}`;
  auth = await startAuth({ KRONOS_PUBLIC_URL: origin });
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}, 60_000);
afterAll(async () => {
  if (!executablePath) return;
  await browser.close();
  await auth[Symbol.asyncDispose]();
  site.close();
});

async function newDevice(options: { isUserVerified?: boolean } = {}): Promise<Device> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin);
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: options.isUserVerified ?? true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    page,
    async setSignCount(count) {
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId });
      for (const credential of credentials) {
        await session.send('WebAuthn.removeCredential', {
          authenticatorId,
          credentialId: credential.credentialId,
        });
        await session.send('WebAuthn.addCredential', {
          authenticatorId,
          credential: { ...credential, signCount: count },
        });
      }
    },
  };
}

/** What the device makes of the options of `mfaFactorEnroll`. */
const create = ({ page }: Device, options: object) =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
      json as PublicKeyCredentialCreationOptionsJSON,
    );
    return ((await navigator.credentials.create({ publicKey })) as PublicKeyCredential).toJSON();
  }, options);

/** What the device answers to the options of a challenge. */
const answer = ({ page }: Device, options: object) =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
      json as PublicKeyCredentialRequestOptionsJSON,
    );
    return ((await navigator.credentials.get({ publicKey })) as PublicKeyCredential).toJSON();
  }, options);

/** Somebody who has added a passkey on a device of theirs. */
async function signUpWithPasskey() {
  const [person, device] = [await signUp(auth), await newDevice()];
  const begun = (await enrollTotp(auth, person.actor, 'PASSKEY', 'Laptop')).data!.mfaFactorEnroll;
  expect(begun).toMatchObject({ secret: null, userErrors: [] });
  const passkey = await create(device, begun.passkeyOptions);
  const verified = (await verifyFactor(auth, begun.mfaFactor.id, { passkey }, person.actor)).data!
    .mfaFactorVerify;
  expect(verified).toMatchObject({
    mfaFactor: { kind: 'PASSKEY', name: 'Laptop', verified: true },
    userErrors: [],
  });
  expect(verified.recoveryCodes).toHaveLength(10);
  const actor = { ...person.actor, amr: ['pwd', 'hwk', 'user', 'mfa'], hasSecondFactor: true };
  return { ...person, actor, device, registration: passkey, factorId: begun.mfaFactor.id };
}

async function passkeyChallenge(as?: Actor) {
  const document =
    'mutation { passkeyChallengeCreate { challenge { id kinds passkeyOptions } userErrors { code } } }';
  return (await auth.execute(document, {}, as)).data!.passkeyChallengeCreate.challenge;
}

const refused = { tokens: null, userErrors: [{ code: 'INVALID_CREDENTIALS', field: ['input', 'passkey'] }] };

describe.skipIf(!executablePath)('in a browser', { timeout: 60_000 }, () => {
  test('a passkey logs in without a password, and counts as two factors', async () => {
    const ada = await signUpWithPasskey();
    const challenge = await passkeyChallenge();
    expect(challenge).toMatchObject({
      kinds: [],
      passkeyOptions: { userVerification: 'required', rpId: 'localhost' },
    });
    const input = { challengeId: challenge.id, passkey: await answer(ada.device, challenge.passkeyOptions) };
    const { session, tokens, userErrors } = (await complete(auth, input)).data!.sessionCreateComplete;
    expect(userErrors).toEqual([]);
    expect(session).toMatchObject({ user: { id: ada.id }, amr: ['hwk', 'user', 'mfa'] });
    expect(actorOf(tokens.accessToken)).toMatchObject({ userId: ada.actor.userId, hasSecondFactor: true });
    // The same answer again, to the same and to another challenge.
    expect((await complete(auth, input)).data!.sessionCreateComplete.userErrors).toMatchObject([
      { code: 'INVALID_TOKEN' },
    ]);
    const { id: challengeId } = await passkeyChallenge();
    expect((await complete(auth, { ...input, challengeId })).data!.sessionCreateComplete).toMatchObject(
      refused,
    );
  });

  test('it is the second factor after a password', async () => {
    const ada = await signUpWithPasskey();
    const challenge = await challengeOf(auth, ada.email);
    expect(challenge.kinds).toEqual(['PASSKEY']);
    expect(challenge.passkeyOptions.allowCredentials).toHaveLength(1);
    const passkey = await answer(ada.device, challenge.passkeyOptions);
    const { session } = (await complete(auth, { challengeId: challenge.id, passkey })).data!
      .sessionCreateComplete;
    expect(session.amr).toEqual(['pwd', 'hwk', 'user', 'mfa']);
  });

  test('somebody else’s passkey is none after a password', async () => {
    const [ada, eve] = [await signUpWithPasskey(), await signUpWithPasskey()];
    const challenge = await challengeOf(auth, ada.email);
    const passkey = await answer(eve.device, { ...challenge.passkeyOptions, allowCredentials: [] });
    expect(
      (await complete(auth, { challengeId: challenge.id, passkey })).data!.sessionCreateComplete,
    ).toMatchObject(refused);
  });

  test('it steps a session up', async () => {
    const ada = await signUpWithPasskey();
    const stale = { ...ada.actor, authenticatedAt: new Date('2026-01-15T18:00:00Z') };
    const challenge = await passkeyChallenge(stale);
    const passkey = await answer(ada.device, challenge.passkeyOptions);
    const { data } = await auth.execute(
      'mutation($input: SessionStepUpInput!) { sessionStepUp(input: $input) { session { amr } userErrors { code } } }',
      { input: { challengeId: challenge.id, passkey } },
      stale,
    );
    expect(data!.sessionStepUp).toEqual({ session: { amr: ['pwd', 'hwk', 'user', 'mfa'] }, userErrors: [] });
  });

  test('a copy is found out by its sign counter', async () => {
    const ada = await signUpWithPasskey();
    const logInBy = async () => {
      const challenge = await passkeyChallenge();
      const passkey = await answer(ada.device, challenge.passkeyOptions);
      return (await complete(auth, { challengeId: challenge.id, passkey })).data!.sessionCreateComplete;
    };
    await ada.device.setSignCount(10);
    expect((await logInBy()).userErrors).toEqual([]);
    await ada.device.setSignCount(3);
    expect(await logInBy()).toMatchObject(refused);
  });

  test('a device that has not verified its user proves nothing', async () => {
    const [ada, device] = [await signUp(auth), await newDevice()];
    const begun = (await enrollTotp(auth, ada.actor, 'PASSKEY')).data!.mfaFactorEnroll;
    const unverified = await create(device, {
      ...begun.passkeyOptions,
      authenticatorSelection: { residentKey: 'required', userVerification: 'discouraged' },
      rp: { name: 'Elsewhere', id: 'localhost' },
      challenge: 'AAAA',
    });
    const answered = await verifyFactor(auth, begun.mfaFactor.id, { passkey: unverified }, ada.actor);
    expect(answered.data!.mfaFactorVerify.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
  });

  test('a registration counts once, and for its own account', async () => {
    const ada = await signUpWithPasskey();
    const eve = await signUp(auth);
    const begun = (await enrollTotp(auth, eve.actor, 'PASSKEY')).data!.mfaFactorEnroll;
    const copied = await verifyFactor(auth, begun.mfaFactor.id, { passkey: ada.registration }, eve.actor);
    expect(copied.data!.mfaFactorVerify.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
  });

  test.each([
    ['nothing of it', {}],
    ['an id alone', { id: 'x', rawId: 'x', type: 'public-key', response: {} }],
    ['endless text', { id: 'x'.repeat(100_000), rawId: 'x', type: 'public-key', response: {} }],
    ['other types', { id: 1, rawId: null, type: [], response: 'x' }],
  ])('%s is refused', async (_what, passkey) => {
    const { id: challengeId } = await passkeyChallenge();
    expect((await complete(auth, { challengeId, passkey })).data!.sessionCreateComplete).toMatchObject(
      refused,
    );
  });
});
