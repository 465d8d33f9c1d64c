import { parseEmail } from '@kronos/prisma-auth/email';
import { mutation, newId, UserFault, userFaults } from '@kronos/subgraph';
import type { MutationUserSignUpArgs, UserSignUpInput } from './__generated__/types.ts';
import { longestName, writeAccount } from './account.write.ts';
import type { Context } from './context.ts';
import { passwordWeakness } from './password.rules.ts';
import { tokenPair } from './session.open.ts';

/**
 * Opens an account and its first session. It answers when the event is in the log, so that every subgraph resolves the
 * user at once; should the log be away, after three seconds, and the event follows.
 */
export const userSignUp = mutation(
  async (_parent: unknown, { input }: MutationUserSignUpArgs, context: Context) => {
    // First of all: to estimate a password, and to hash it, is work.
    const countTaken = await context.throttle.signUp(context.clientAddress);
    const { email, password, displayName } = await validSignUp(input);
    const passwordHash = await context.passwords.hash(password);
    const account = {
      id: newId(),
      email,
      emailVerifiedAt: null,
      passwordHash,
      roles: ['user'],
      scopes: [],
      hasSecondFactor: false,
    };
    const written = await writeAccount(context, account, displayName, { amr: ['pwd'] });
    if (written === 'EMAIL_TAKEN') {
      await countTaken();
      return userFaults(
        fault('email', 'EMAIL_TAKEN', 'There is an account with this e-mail address already.'),
      );
    }
    context.post.wake();
    await context.relay.settled([written.eventId], 3000);
    return { user: { id: account.id, isCaller: true }, tokens: await tokenPair(context, account, written) };
  },
);

/** The input, trimmed, or all its faults at once. */
async function validSignUp(input: UserSignUpInput) {
  const email = parseEmail(input.email);
  const displayName = input.displayName.normalize('NFC').trim();
  const weakness = await passwordWeakness(input.password, [input.email, displayName]);
  const faults = [
    ...(email ? [] : [fault('email', 'INVALID', 'This is not an e-mail address.')]),
    ...(weakness ? [fault('password', 'WEAK_PASSWORD', weakness)] : []),
    ...nameFaults(displayName),
  ];
  if (!email || faults.length > 0) return userFaults(faults);
  return { email, displayName, password: input.password };
}

function nameFaults(displayName: string): UserFault[] {
  if (displayName === '') return [fault('displayName', 'REQUIRED', 'Say by which name others see you.')];
  if ([...displayName].length > longestName) {
    return [fault('displayName', 'INVALID', `The name may have at most ${longestName} characters.`)];
  }
  if (/\p{Cc}/u.test(displayName)) {
    return [fault('displayName', 'INVALID', 'The name may not contain control characters.')];
  }
  return [];
}

function fault(field: keyof UserSignUpInput, code: string, message: string): UserFault {
  return new UserFault({ code, message, field: ['input', field] });
}
