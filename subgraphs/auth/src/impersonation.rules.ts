import { z } from 'zod';

/** The longest that an impersonation lasts, in minutes. */
const longestMinutes = 60;

/** What an impersonation can be asked with. */
export const impersonationShape = z.object({
  userId: z.string(),
  reason: z
    .string()
    .transform((reason) => reason.normalize('NFC').trim())
    .refine((reason) => reason !== '', 'Say why: the user reads it.')
    .refine((reason) => [...reason].length <= 500, 'A reason has at most 500 characters.')
    .refine((reason) => !/[^\P{Cc}\n]/u.test(reason), 'A reason has no control characters.'),
  minutes: z
    .number()
    .int()
    .min(1, 'It lasts for at least a minute.')
    .max(longestMinutes, `It lasts for at most ${longestMinutes} minutes.`),
});

type Rights = { scopes: Iterable<string>; roles: readonly string[] };

/**
 * Whether somebody is out of reach for an administrator: because they administer accounts themselves, or have any right that
 * the administrator does not. Otherwise acting under another's name would be a way to their rights.
 */
export function isOutOfReach(user: Rights, actorScopes: ReadonlySet<string>): boolean {
  if (user.roles.includes('admin')) return true;
  return [...user.scopes].some((scope) => scope.startsWith('auth:') || !actorScopes.has(scope));
}
