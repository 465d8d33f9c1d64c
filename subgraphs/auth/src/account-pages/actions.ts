import type { TokenPurpose } from '../account-token.rules.ts';
import type { Context } from '../context.ts';
import { emailChangeConfirm, emailChangeRevert } from '../email.change.ts';
import { emailVerify } from '../email.verify.ts';
import { passwordResetConfirm } from '../password.reset.ts';

/** What the page of a link says, and what it does when its reader agrees. */
export interface AccountAction {
  title: string;
  /** What is about to happen. */
  text: string;
  /** What the reader agrees by. */
  button: string;
  /** Whether it takes a new password. */
  asksPassword: boolean;
  /** The title and the text of the page when it has happened. */
  done: { title: string; text: string };
  /** What to do when it could not happen by this link. */
  advice: string;
  /** Does it, as the mutation does. */
  run(form: AccountForm, context: Context): Promise<{ userErrors: readonly Fault[] }>;
}

/** What is sent by the form of the page. */
export interface AccountForm {
  token: string;
  newPassword: string;
}

interface Fault {
  message: string;
  field?: readonly string[] | null;
}

/** What there is for each kind of link. */
export const accountActions: Record<TokenPurpose, AccountAction> = {
  VERIFY_EMAIL: {
    title: 'Confirm your address',
    text: 'You confirm that the address is yours that the letter with this link went to.',
    button: 'Confirm the address',
    asksPassword: false,
    done: { title: 'Your address is confirmed', text: 'That is all. You can close this page.' },
    advice:
      'If you have confirmed your address before, all is well. If not, log in to the application and ask for another letter.',
    run: ({ token }, context) => emailVerify(null, { input: { token } }, context, null),
  },

  RESET_PASSWORD: {
    title: 'Set a new password',
    text: 'The new password takes the place of the old one, and everybody who is logged in to your account is logged out.',
    button: 'Set the password',
    asksPassword: true,
    done: {
      title: 'Your password is a new one',
      text: 'Log in with it in the application. Everybody who was logged in to your account is logged out.',
    },
    advice: 'Go to the application and ask for another letter by “forgotten password”.',
    run: (input, context) => passwordResetConfirm(null, { input }, context, null),
  },

  CHANGE_EMAIL: {
    title: 'Log in with this address',
    text: 'From now on you log in with the address that the letter with this link went to. Your old address is told, and you are logged out everywhere but where you have asked for this.',
    button: 'Log in with this address',
    asksPassword: false,
    done: { title: 'Your address is a new one', text: 'From now on, log in with it.' },
    advice: 'Log in to the application and ask for the new address again.',
    run: ({ token }, context) => emailChangeConfirm(null, { input: { token } }, context, null),
  },

  REVERT_EMAIL: {
    title: 'Take your address back',
    text: 'Your account gets the address back that the letter with this link went to. Everybody is logged out, and nobody gets in until you have set a new password.',
    button: 'Take the address back',
    asksPassword: false,
    done: {
      title: 'You have your address back',
      text: 'A letter is on its way to you. Set a new password by it: until then nobody can log in.',
    },
    advice:
      'If you have taken your address back before, set a new password by the letter that you got then. If not, tell those who run the application that somebody else has your account.',
    run: ({ token }, context) => emailChangeRevert(null, { input: { token } }, context, null),
  },
};
