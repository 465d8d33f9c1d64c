import { mailEnvironment } from '@kronos/mail';
import { masterKeysEnvironment } from '@kronos/sealing/master-keys';
import { commaList, commonEnvironment, postgresUrl, publicUrl, redisUrl } from '@kronos/service/environment';
import { z } from 'zod';
import { signInProvidersVariable } from './identity.settings.ts';

const linkTemplate = 'expected a URL with {action} and {token} in it';

/** The environment variables that auth reads. */
export const environmentShape = {
  ...commonEnvironment,
  ...masterKeysEnvironment,
  AUTH_DATABASE_URL: postgresUrl(),
  REDIS_URL: redisUrl(),
  ...mailEnvironment,
  KRONOS_PUBLIC_URL: publicUrl(),
  /** Where the links in letters lead: `{action}` and `{token}` are put in. */
  AUTH_LINK_TEMPLATE: z
    .string()
    .refine(
      (text) => URL.canParse(text) && text.includes('{action}') && text.includes('{token}'),
      linkTemplate,
    )
    .optional(),
  /** Origins of pages that may ask for passkeys; KRONOS_PUBLIC_URL's own when unset. */
  AUTH_PASSKEY_ORIGINS: commaList().optional(),
  /** Other providers by which people can log in. */
  KRONOS_SIGN_IN_PROVIDERS: signInProvidersVariable(),
  /** Origins whose pages may use the graph; people come back from other providers to these, and to KRONOS_PUBLIC_URL. */
  KRONOS_CORS_ORIGINS: commaList().default([]),
  KRONOS_TOKEN_ISSUER: z.string().default('kronos'),
  KRONOS_TOKEN_AUDIENCE: z.string().default('kronos'),
  AUTH_SIGN_UPS_PER_HOUR: z.coerce
    .number('expected how many accounts may be opened from one address in an hour')
    .int('expected a whole number')
    .positive('expected a number above 0')
    .default(300),
  /** What programs show that may register themselves as OAuth clients; none may when unset. */
  KRONOS_OAUTH_REGISTRATION_TOKEN: z.string().min(32, 'expected at least 32 characters').optional(),
  /** How many days a key signs access tokens before the next one is announced. */
  AUTH_SIGNING_KEY_DAYS: z.coerce
    .number('expected a number of days')
    .positive('expected a number above 0')
    .default(90),
} satisfies z.ZodRawShape;
