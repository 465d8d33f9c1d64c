import type { Sealer } from '@kronos/sealing';
import { Secret, TOTP } from 'otpauth';

const period = 30;
const secretBytes = 20;

/** Where the secret of a factor lies, for the seal. */
export function mfaSecretContext(id: string): string {
  return `mfa_factor:${id}`;
}

/** A new secret (RFC 4226, 4: 160 bits), as it is stored and as it is shown to its owner. */
export function newTotpSecret(sealer: Sealer, factorId: string, label: string) {
  const secret = new Secret({ size: secretBytes });
  return {
    sealedSecret: sealer.seal(new Uint8Array(secret.buffer), mfaSecretContext(factorId)),
    secret: secret.base32,
    otpauthUri: totp(secret, label).toString(),
  };
}

/**
 * The time step whose code this is (RFC 6238); the one before and the one after count, for clocks that differ.
 *
 * @param code six digits, with or without spaces
 * @returns null when it is none
 */
export function totpStepOf(code: string, secret: Uint8Array, now: Date): bigint | null {
  const token = code.length <= 20 ? code.replaceAll(/\s/g, '') : '';
  if (!/^\d{6}$/.test(token)) return null;
  const buffer = new Uint8Array(secret).buffer;
  const delta = totp(new Secret({ buffer }), '').validate({ token, timestamp: now.getTime(), window: 1 });
  if (delta === null) return null;
  return BigInt(Math.floor(now.getTime() / 1000 / period) + delta);
}

function totp(secret: Secret, label: string): TOTP {
  return new TOTP({ issuer: 'Kronos', label, secret, algorithm: 'SHA1', digits: 6, period });
}
