import { createHmac, hkdfSync } from 'node:crypto';
import { createSealer, type Sealer, UnsealError } from '../sealed.ts';
import type { FieldPlan } from './model-plans.ts';

const keyId = 'person';

/** What all texts begin with that are sealed with a person's key. What does not is from before its field was sealed. */
export const sealedPrefix = `sealed:v1:${keyId}:`;
/** What the hashes of values begin with. */
export const hashPrefix = 'hash:v1:';

/** What seals with a person's key. @param key 32 random bytes */
export function personSealer(key: Uint8Array): Sealer {
  return createSealer({ keys: [{ id: keyId, key }] });
}

/** Seals a value for its field of this person alone: in another column, or at another person, it does not open. */
export function sealValue(sealer: Sealer, field: FieldPlan, person: string, value: unknown): string {
  const text = field.isJson ? JSON.stringify(value) : String(value);
  return sealer.seal(Buffer.from(text), contextOf(field, person));
}

/**
 * Opens what `sealValue` has made.
 *
 * @param sealer of the person whom the row belongs to
 * @throws UnsealError
 */
export function unsealValue(sealer: Sealer, field: FieldPlan, person: string, text: string): unknown {
  const clear = Buffer.from(sealer.unseal(text, contextOf(field, person))).toString();
  return field.isJson ? JSON.parse(clear) : clear;
}

/**
 * What hashes the values of fields: HMAC-SHA-256 with a key for each field, so that nobody can try values without the key, or
 * see that two fields have the same.
 *
 * @param key 32 random bytes
 */
export function createHasher(key: Uint8Array): (field: FieldPlan, value: string) => string {
  const keys = new Map<string, Uint8Array>();
  return ({ label }, value) => {
    const own = keys.get(label) ?? new Uint8Array(hkdfSync('sha256', key, '', `${hashPrefix}${label}`, 32));
    keys.set(label, own);
    return `${hashPrefix}${createHmac('sha256', own).update(value).digest('base64url')}`;
  };
}

export { UnsealError };

function contextOf({ label }: FieldPlan, person: string): string {
  return `${label}:${person}`;
}
