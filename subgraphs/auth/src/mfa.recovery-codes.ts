import { randomBytes } from 'node:crypto';
import type { Prisma } from '@kronos/prisma-auth';
import { hashSecret } from './secret-token.ts';

const count = 10;
// Crockford's: no letter looks like a digit.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const length = 16;

type Codes = Pick<Prisma.TransactionClient, 'recoveryCode'>;

/** Makes ten new codes, of 80 random bits each; older ones are worth nothing. Only hashes are kept. */
export async function createRecoveryCodes(transaction: Codes, accountId: string): Promise<string[]> {
  const codes = Array.from({ length: count }, newCode);
  await transaction.recoveryCode.deleteMany({ where: { accountId } });
  await transaction.recoveryCode.createMany({
    data: codes.map((code) => ({ hash: hashOf(accountId, code), accountId })),
  });
  return codes;
}

/** Uses a code up. Case, spaces and hyphens do not matter. @returns whether it was one */
export async function useRecoveryCode(database: Codes, accountId: string, code: string): Promise<boolean> {
  const used = await database.recoveryCode.updateMany({
    where: { hash: hashOf(accountId, code), accountId, usedAt: null },
    data: { usedAt: new Date() },
  });
  return used.count === 1;
}

function newCode(): string {
  // 32 letters: of each byte, five bits.
  const letters = [...randomBytes(length)].map((byte) => alphabet[byte & 31]).join('');
  return letters.replaceAll(/(.{4})(?=.)/g, '$1-');
}

function hashOf(accountId: string, code: string): string {
  const plain = code.slice(0, 64).toLowerCase().replaceAll(/[\s-]/g, '');
  return hashSecret(`${accountId}:${plain}`);
}
