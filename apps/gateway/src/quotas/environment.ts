import { z } from 'zod';

const expectedCount = 'expected a whole number above 0';

/** Whether callers have quotas, and how patient they are with Redis. */
export const quotasEnvironment = {
  /** Unset: where there are rules of the router and a Redis. Without the router the default policies hold. */
  KRONOS_QUOTAS: z.stringbool('expected true or false').optional(),
  /** How long Redis may take to say what callers may spend, in milliseconds; after that this process decides by itself. */
  KRONOS_QUOTAS_TIMEOUT_MS: z.coerce
    .number(expectedCount)
    .int(expectedCount)
    .positive(expectedCount)
    .default(250),
};
