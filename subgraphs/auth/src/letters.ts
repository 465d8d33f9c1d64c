import { type Letter, writeLetter } from '@kronos/mail';

const notYou = 'You have not asked for this? Then do nothing: nothing will change.';

/** Everything that auth writes to people. None of it has a name or a greeting: letters say no more than they must. */
export const letters = {
  verifyEmail: (to: string, url: string): Letter =>
    writeLetter({
      to,
      subject: 'Confirm your address',
      paragraphs: ['Somebody has given this address for an account. Confirm that it is yours.'],
      action: { label: 'Confirm the address', url },
      closing: ['The link is good for three days.', notYou],
    }),

  resetPassword: (to: string, url: string): Letter =>
    writeLetter({
      to,
      subject: 'Set a new password',
      paragraphs: ['Somebody has asked to set a new password for the account with this address.'],
      action: { label: 'Set a new password', url },
      closing: ['The link is good for half an hour, and once.', notYou],
    }),

  passwordChanged: (to: string): Letter =>
    writeLetter({
      to,
      subject: 'Your password was changed',
      paragraphs: [
        'The password of your account is a new one, and everybody else who was logged in to it is logged out.',
        'That was not you? Set a new password at once, by “forgotten password”: this address can still do so.',
      ],
    }),

  changeEmail: (to: string, url: string): Letter =>
    writeLetter({
      to,
      subject: 'Confirm your new address',
      paragraphs: ['Somebody wants to log in with this address from now on. Confirm that it is yours.'],
      action: { label: 'Log in with this address', url },
      closing: ['The link is good for a day, and once.', notYou],
    }),

  emailTaken: (to: string): Letter =>
    writeLetter({
      to,
      subject: 'You have an account already',
      paragraphs: [
        'Somebody wanted to log in to another account with this address. There is one with it already, so nothing was changed.',
        'That was you? Log in with this address, or set a new password for it by “forgotten password”.',
      ],
    }),

  emailChanged: (to: string, url: string): Letter =>
    writeLetter({
      to,
      subject: 'Your address was changed',
      paragraphs: ['The account that you logged in to with this address has another address from now on.'],
      action: { label: 'That was not me: take it back', url },
      closing: [
        'That ends everybody’s log-ins, and lets nobody in until you have set a new password. The link is good for seven days.',
      ],
    }),
};
