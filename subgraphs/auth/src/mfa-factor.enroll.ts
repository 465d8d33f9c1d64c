import type { Account, MfaFactor } from '@kronos/prisma-auth';
import { mutation, newId, UserFault, userFaults } from '@kronos/subgraph';
import type { MfaFactorEnrollInput, MutationMfaFactorEnrollArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { newTotpSecret } from './mfa.totp.ts';
import { requireRecentProof } from './recent-proof.ts';

const mostFactors = 10;
const longestName = 60;
const usualNames = { TOTP: 'Authenticator', PASSKEY: 'Passkey' };

/**
 * Begins to add a factor to the caller's account. It proves nothing until `mfaFactorVerify` has seen that it works; beginning
 * anew takes the place of what was begun before.
 */
export const mfaFactorEnroll = mutation(
  async (_parent: unknown, { input }: MutationMfaFactorEnrollArgs, context: Context) => {
    const { database, viewer } = context;
    await requireRecentProof(context);
    const name = validName(input);
    const account = await database.account.findUniqueOrThrow({ where: { id: viewer!.userId } });
    const existing = await database.mfaFactor.findMany({
      where: { accountId: account.id, verifiedAt: { not: null } },
    });
    if (existing.length >= mostFactors)
      return fault('INVALID', `Remove one first: ${mostFactors} are enough.`, 'kind');

    const { shown, stored } = await begin(context, input.kind, account, existing);
    const [, mfaFactor] = await database.$transaction([
      database.mfaFactor.deleteMany({ where: { accountId: account.id, kind: input.kind, verifiedAt: null } }),
      database.mfaFactor.create({ data: { ...stored, accountId: account.id, kind: input.kind, name } }),
    ]);
    return { mfaFactor, ...shown };
  },
);

async function begin(
  context: Context,
  kind: MfaFactorEnrollInput['kind'],
  account: Account,
  existing: readonly MfaFactor[],
) {
  const id = newId();
  if (kind === 'TOTP') {
    const { sealedSecret, ...shown } = newTotpSecret(context.sealer, id, account.email);
    return { shown, stored: { id, sealedSecret } };
  }
  const passkeyOptions = await context.passkeys.registration(account, existing);
  return { shown: { passkeyOptions }, stored: { id, challenge: passkeyOptions.challenge } };
}

function validName({ kind, name }: MfaFactorEnrollInput): string {
  const trimmed = name?.normalize('NFC').trim() || usualNames[kind];
  if ([...trimmed].length > longestName || /\p{Cc}/u.test(trimmed)) {
    return fault(
      'INVALID',
      `The name may have at most ${longestName} characters, none of them control characters.`,
      'name',
    );
  }
  return trimmed;
}

function fault(code: string, message: string, field: string): never {
  return userFaults(new UserFault({ code, message, field: ['input', field] }));
}
