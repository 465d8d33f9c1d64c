import { z } from 'zod';
import { nameForPeople } from './text.rules.ts';

const maxAvatarUrlLength = 2048;

/** What `userUpdate` accepts: each value in the form in which it is stored; null clears, undefined leaves. */
export const profileChange = z.object({
  displayName: nameForPeople().optional(),
  avatarUrl: z
    .string()
    .refine(isWebAddress, 'Expected an address such as https://example.com/me.png.')
    .transform((address) => new URL(address).href)
    .refine((address) => address.length <= maxAvatarUrlLength, `At most ${maxAvatarUrlLength} characters.`)
    .nullish(),
  locale: z
    .string()
    .refine((tag) => tag.length <= 100 && isLocale(tag), 'Expected a language tag such as fr-FR.')
    .transform((tag) => new Intl.Locale(tag).baseName)
    .nullish(),
  timeZone: z
    .string()
    .refine(
      (name) => name.length <= 100 && isTimeZone(name),
      'Expected a name of the IANA time zone database such as Europe/Paris.',
    )
    .nullish(),
});

/**
 * Only the web, encrypted, and without a password in it: a page that shows a picture must not be made to run
 * `javascript:`, to open `file:`, or to be called unsafe by the browser.
 */
function isWebAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocol === 'https:' && username === '' && password === '';
}

function isLocale(tag: string): boolean {
  try {
    return new Intl.Locale(tag).language !== undefined;
  } catch {
    return false;
  }
}

/** Intl also takes offsets such as `+01:00`, which are no names: they know nothing of summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
