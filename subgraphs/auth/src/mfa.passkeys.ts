import type { MfaFactor } from '@kronos/prisma-auth';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type WebAuthnCredential,
} from '@simplewebauthn/server';
import { z } from 'zod';

/** What a browser is asked, and how its answer is checked: Web Authentication (https://www.w3.org/TR/webauthn-3/). */
export interface Passkeys {
  /** What `navigator.credentials.create` is given, by its JSON form. */
  registration(
    owner: { id: string; email: string },
    existing: readonly MfaFactor[],
  ): Promise<{ challenge: string }>;
  /** The new credential, or null when the answer is not one to this challenge, from here, by a person who was verified. */
  register(answer: unknown, challenge: string): Promise<WebAuthnCredential | null>;
  /** What `navigator.credentials.get` is given; any passkey will do when there are no `allowed` ones. */
  authentication(allowed: readonly MfaFactor[]): Promise<{ challenge: string }>;
  /** The credential's new sign counter, or null when the answer proves nothing. */
  authenticate(answer: unknown, challenge: string, factor: MfaFactor): Promise<number | null>;
}

/** EdDSA, ES256 and RS256 (RFC 9053): what all authenticators have, and Node without experiments. */
const algorithms = [-8, -7, -257];
const text = z.string().max(16_384);
const answerShape = z.looseObject({
  id: z.string().min(1).max(2048),
  rawId: z.string().min(1).max(2048),
  type: z.literal('public-key'),
  response: z.record(
    z.string().max(64),
    z.union([text, z.array(z.string().max(64)).max(16), z.number(), z.null()]),
  ),
});

/** The id of the credential that an answer names; null when it is none. */
export function credentialIdOf(answer: unknown): string | null {
  return answerShape.safeParse(answer).data?.id ?? null;
}

/**
 * Creates the checks for one site.
 *
 * @param options.publicUrl where people reach the graph: its host is what passkeys are bound to
 * @param options.origins from where pages may ask for them
 */
export function createPasskeys(options: { publicUrl: string; origins: readonly string[] }): Passkeys {
  const rpID = new URL(options.publicUrl).hostname;
  const expected = {
    expectedOrigin: [...options.origins],
    expectedRPID: rpID,
    requireUserVerification: true,
  };
  const credentials = (factors: readonly MfaFactor[]) =>
    factors.flatMap(({ credentialId, transports }) =>
      credentialId ? [{ id: credentialId, transports }] : [],
    );

  return {
    registration: ({ id, email }, existing) =>
      generateRegistrationOptions({
        rpName: 'Kronos',
        rpID,
        userName: email,
        userID: new Uint8Array(Buffer.from(id.replaceAll('-', ''), 'hex')),
        attestationType: 'none',
        supportedAlgorithmIDs: algorithms,
        excludeCredentials: credentials(existing),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      }),

    async register(answer, expectedChallenge) {
      if (!answerShape.safeParse(answer).success) return null;
      try {
        const response = answer as RegistrationResponseJSON;
        const { registrationInfo } = await verifyRegistrationResponse({
          supportedAlgorithmIDs: algorithms,
          response,
          expectedChallenge,
          ...expected,
        });
        return registrationInfo?.credential ?? null;
      } catch {
        // Whatever is wrong with it, it is the sender's.
        return null;
      }
    },

    authentication: (allowed) =>
      generateAuthenticationOptions({
        rpID,
        userVerification: 'required',
        allowCredentials: credentials(allowed),
      }),

    async authenticate(answer, expectedChallenge, factor) {
      if (!answerShape.safeParse(answer).success || !factor.credentialId || !factor.publicKey) return null;
      try {
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          response: answer as AuthenticationResponseJSON,
          expectedChallenge,
          ...expected,
          credential: {
            id: factor.credentialId,
            publicKey: new Uint8Array(factor.publicKey),
            counter: Number(factor.signCount),
            transports: factor.transports,
          },
        });
        return verified ? authenticationInfo.newCounter : null;
      } catch {
        return null;
      }
    },
  };
}
