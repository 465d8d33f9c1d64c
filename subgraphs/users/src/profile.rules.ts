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
    .refine(isLocale, 'Expected a language tag such as fr-FR.')
    .transform((tag) => new Intl.Locale(tag).baseName)
    .nullish(),
  timeZone: z
    .string()
    .refine(isTimeZone, 'Expected a name of the IANA time zone database such as Europe/Paris.')
    .nullish(),
});

/** Only the web: a page that shows a picture must not be made to run `javascript:` or to open `file:`. */
function isWebAddress(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
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
