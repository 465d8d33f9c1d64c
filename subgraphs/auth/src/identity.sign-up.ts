import { parseEmail } from '@kronos/prisma-auth/email';
import { newId, UserFault, userFaults } from '@kronos/subgraph';
import { longestName, writeAccount } from './account.write.ts';
import { federated } from './amr.rules.ts';
import type { Context } from './context.ts';
import { writeIdentity } from './identity.link.ts';
import type { ForeignIdentity } from './identity.provider.ts';
import { tokenPair } from './session.open.ts';

/**
 * Opens an account for whom another provider knows, without a password, and its first session. It wants an address that the
 * provider has verified; otherwise somebody could open an account with another's address, and be in it when the other comes.
 *
 * @throws UserFaults with EMAIL_UNVERIFIED; with EMAIL_TAKEN, because an address alone links nothing; RATE_LIMITED
 */
export async function signUpBy(context: Context, identity: ForeignIdentity) {
  const { database, throttle } = context;
  const email = identity.isEmailVerified ? parseEmail(identity.email ?? '') : null;
  if (!email) return unverified();
  if (await database.account.findUnique({ where: { email }, select: { id: true } })) return taken();
  await throttle.signUp(context.clientAddress);
  const account = {
    id: newId(),
    email,
    emailVerifiedAt: new Date(),
    passwordHash: null,
    roles: ['user'],
    scopes: [],
    hasSecondFactor: false,
  };
  const { provider } = identity;
  const written = await writeAccount(context, account, displayNameOf(identity, email), {
    amr: federated,
    details: { provider },
    inTransaction: async (transaction) => {
      await writeIdentity(transaction, context, identity, account.id);
    },
  });
  if (written === 'EMAIL_TAKEN') return taken();
  context.post.wake();
  await context.relay.settled([written.eventId], 3000);
  return {
    session: { ...written.session, isCaller: true },
    tokens: await tokenPair(context, account, written),
    isNewAccount: true,
  };
}

/** The name that others see: the provider's, as far as a name may look so here, or what stands before the @. */
export function displayNameOf({ name }: Pick<ForeignIdentity, 'name'>, email: string): string {
  const cleaned = (name ?? '')
    .normalize('NFC')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  const chosen = cleaned === '' ? email.slice(0, email.lastIndexOf('@')) : cleaned;
  return [...chosen].slice(0, longestName).join('').trim();
}

function unverified(): never {
  return userFaults(
    new UserFault({
      code: 'EMAIL_UNVERIFIED',
      message:
        'The other provider does not say that an address is yours: verify it there, or sign up here and link the two.',
    }),
  );
}

function taken(): never {
  return userFaults(
    new UserFault({
      code: 'EMAIL_TAKEN',
      message:
        'There is an account with your address already: log in to it, and link the two by `identityLinkStart`.',
    }),
  );
}
