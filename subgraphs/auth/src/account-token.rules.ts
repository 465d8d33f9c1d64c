const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What the link in a letter does. */
export type TokenPurpose = 'VERIFY_EMAIL' | 'RESET_PASSWORD' | 'CHANGE_EMAIL' | 'REVERT_EMAIL';

/** For how many milliseconds a link is good: the more it lets its reader do, the shorter. */
const lives: Record<TokenPurpose, number> = {
  VERIFY_EMAIL: 3 * day,
  RESET_PASSWORD: 30 * minute,
  CHANGE_EMAIL: day,
  // Whoever was robbed of the account may not read mail at once.
  REVERT_EMAIL: 7 * day,
};

/** When a link ends that is made at `now`. */
export function tokenExpiry(purpose: TokenPurpose, now: Date): Date {
  return new Date(now.getTime() + lives[purpose]);
}

/** The last part of the path that the link leads to. */
export const linkActions: Record<TokenPurpose, string> = {
  VERIFY_EMAIL: 'verify-email',
  RESET_PASSWORD: 'reset-password',
  CHANGE_EMAIL: 'confirm-email',
  REVERT_EMAIL: 'revert-email',
};

/**
 * The link of a letter.
 *
 * @param template a URL in which `{action}` stands for what is to be done and `{token}` for the token
 */
export function linkOf(template: string, purpose: TokenPurpose, token: string): string {
  return template.replaceAll('{action}', linkActions[purpose]).replaceAll('{token}', token);
}
