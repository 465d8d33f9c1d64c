import type { AccountToken, Prisma } from '@kronos/prisma-auth';
import { UserFault, userFaults } from '@kronos/subgraph';
import { type TokenPurpose, tokenExpiry } from './account-token.rules.ts';
import { hashSecret, newSecretToken } from './secret-token.ts';

type Tokens = Pick<Prisma.TransactionClient, 'accountToken'>;

/**
 * Makes a token for the link of a letter; only its hash is kept.
 *
 * @param token.email the address that the letter goes to, or that it is about
 * @param token.sessionId the session in which it was asked for; null for none
 */
export async function issueToken(
  transaction: Tokens,
  token: { accountId: string; purpose: TokenPurpose; email: string; sessionId?: string | null },
): Promise<{ token: string; expiresAt: Date }> {
  const secret = newSecretToken();
  const expiresAt = tokenExpiry(token.purpose, new Date());
  await transaction.accountToken.create({ data: { ...token, hash: hashSecret(secret), expiresAt } });
  return { token: secret, expiresAt };
}

/**
 * Finds a token that can be used, without using it.
 *
 * @throws UserFaults with INVALID_TOKEN for one that is unknown, used, over, or for something else
 */
export async function findToken(
  database: Tokens,
  token: string,
  purpose: TokenPurpose,
): Promise<AccountToken> {
  const found = await database.accountToken.findFirst({
    where: { hash: hashSecret(token), purpose, usedAt: null, expiresAt: { gt: new Date() } },
  });
  return found ?? invalidToken();
}

/**
 * Uses a token. It is claimed by one conditional update, so that of two at the same moment one is refused; all others of
 * the same purpose and account are used up with it.
 *
 * @throws UserFaults with INVALID_TOKEN
 */
export async function claimToken(
  transaction: Tokens,
  token: string,
  purpose: TokenPurpose,
): Promise<AccountToken> {
  const now = new Date();
  const [claimed] = await transaction.accountToken.updateManyAndReturn({
    where: { hash: hashSecret(token), purpose, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  });
  if (!claimed) return invalidToken();
  await useUpTokens(transaction, claimed.accountId, [purpose]);
  return claimed;
}

/** Makes links that were sent before worth nothing. */
export async function useUpTokens(
  transaction: Tokens,
  accountId: string,
  purposes: readonly TokenPurpose[],
): Promise<void> {
  await transaction.accountToken.updateMany({
    where: { accountId, purpose: { in: [...purposes] }, usedAt: null },
    data: { usedAt: new Date() },
  });
}

function invalidToken(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID_TOKEN',
      message: 'This link was used before, is too old, or is not whole: ask for a new one.',
      field: ['input', 'token'],
    }),
  );
}
