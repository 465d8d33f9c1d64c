import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Digits, capitals, small letters: a token is one word, for a double click as for a secret scanner. */
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 43;
const checksumLength = 6;
const shape = /^kronos_[0-9a-hjkmnp-tv-z]{26}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/;

/**
 * A new token that means nothing to anyone but the table of their hashes: `kronos_<id>_<256 random bits>_<CRC-32>`. The
 * prefix lets secret scanners find it, the checksum lets anyone tell it from a typing error without asking.
 *
 * @param id the last 26 characters of the TypeID of what it is for; it is no secret
 * @see https://github.blog/engineering/behind-githubs-new-authentication-token-formats/ whose format it follows
 */
export function newOpaqueToken(id: string): string {
  const secret = inBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), randomLength);
  const head = `kronos_${id}_${secret}`;
  return `${head}_${checksumOf(head)}`;
}

/** Whether a text can be such a token, by its form and its checksum; whether there is one, the table knows. */
export function isOpaqueToken(text: string): boolean {
  if (!shape.test(text)) return false;
  const head = text.slice(0, -checksumLength - 1);
  return text.endsWith(`_${checksumOf(head)}`);
}

function checksumOf(text: string): string {
  return inBase62(BigInt(crc32(text)), checksumLength);
}

function inBase62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; rest > 0n; rest /= 62n) digits = alphabet[Number(rest % 62n)] + digits;
  return digits.padStart(length, '0');
}
