import type { Actor, TestResult } from '@kronos/subgraph/testing';
import { Secret, TOTP } from 'otpauth';
import { expect } from 'vitest';
import { type Auth, logIn, type Person, signUp } from './test-kit.ts';

/** An authenticator, which shows another code each time. */
export interface Authenticator {
  code(): string;
}

/** Someone with an authenticator, and recovery codes. */
export interface PersonWithFactor extends Person {
  factorId: string;
  authenticator: Authenticator;
  recoveryCodes: string[];
}

/** What an authenticator shows that has this secret. */
export function authenticatorOf(secret: string): Authenticator {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  // No code counts twice, and a test does not wait for the next one: the first is that of the step before, then this, then the next.
  let step = -1;
  return {
    code() {
      const code = totp.generate({ timestamp: Date.now() + step * 30_000 });
      step += 1;
      return code;
    },
  };
}

export const enrollTotp = (auth: Auth, as?: Actor, kind = 'TOTP', name?: string) =>
  auth.execute(
    `mutation($input: MfaFactorEnrollInput!) {
      mfaFactorEnroll(input: $input) {
        mfaFactor { id kind name verified lastUsedAt } secret otpauthUri passkeyOptions userErrors { code message field }
      }
    }`,
    { input: { kind, name } },
    as,
  );

export const verifyFactor = (auth: Auth, id: string, input: object, as?: Actor) =>
  auth.execute(
    `mutation($id: ID!, $input: MfaFactorVerifyInput!) {
      mfaFactorVerify(id: $id, input: $input) {
        mfaFactor { id kind name verified } recoveryCodes userErrors { code message field }
      }
    }`,
    { id, input },
    as,
  );

/** Signs somebody up who adds an authenticator. */
export async function signUpWithFactor(auth: Auth): Promise<PersonWithFactor> {
  const person = await signUp(auth);
  const { mfaFactor, secret } = (await enrollTotp(auth, person.actor)).data!.mfaFactorEnroll;
  const authenticator = authenticatorOf(secret);
  const { data } = await verifyFactor(auth, mfaFactor.id, { code: authenticator.code() }, person.actor);
  expect(data!.mfaFactorVerify.userErrors).toEqual([]);
  const { recoveryCodes } = data!.mfaFactorVerify;
  const actor = { ...person.actor, amr: ['pwd', 'otp', 'mfa'], hasSecondFactor: true };
  return { ...person, actor, factorId: mfaFactor.id, authenticator, recoveryCodes };
}

/** Logs in as far as the password goes, and gives the challenge. */
export async function challengeOf(auth: Auth, email: string) {
  const { data } = await logIn(auth, email);
  expect(data!.sessionCreate).toMatchObject({
    session: null,
    tokens: null,
    userErrors: [{ code: 'MFA_REQUIRED' }],
  });
  return data!.sessionCreate.challenge;
}

export const complete = (auth: Auth, input: object): Promise<TestResult> =>
  auth.execute(
    `mutation($input: SessionCreateCompleteInput!) {
      sessionCreateComplete(input: $input) {
        session { id amr user { id } } tokens { accessToken refreshToken } userErrors { code message field }
      }
    }`,
    { input },
  );
