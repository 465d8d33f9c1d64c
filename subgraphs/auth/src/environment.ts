import { mailEnvironment } from '@kronos/mail';
import { commonEnvironment, postgresUrl, redisUrl } from '@kronos/service/environment';
import { masterKeysEnvironment } from '@kronos/subgraph/master-keys';
import { z } from 'zod';

/** The environment variables that auth reads. */
export const environmentShape = {
  ...commonEnvironment,
  ...masterKeysEnvironment,
  AUTH_DATABASE_URL: postgresUrl(),
  REDIS_URL: redisUrl(),
  ...mailEnvironment,
  KRONOS_TOKEN_ISSUER: z.string().default('kronos'),
  AUTH_SIGN_UPS_PER_HOUR: z.coerce
    .number('expected how many accounts may be opened from one address in an hour')
    .int('expected a whole number')
    .positive('expected a number above 0')
    .default(300),
  /** How many days a key signs access tokens before the next one is announced. */
  AUTH_SIGNING_KEY_DAYS: z.coerce
    .number('expected a number of days')
    .positive('expected a number above 0')
    .default(90),
} satisfies z.ZodRawShape;
