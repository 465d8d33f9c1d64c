import { httpUrl } from '@kronos/service/environment';
import { z } from 'zod';

const expectedCount = 'expected a whole number above 0';

/** Where the rules of the edge come from. */
export const rulesEnvironment = {
  /** The router's rules; unset for a foreign graph, which has none. */
  KRONOS_EDGE_RULES_URL: httpUrl().optional(),
  /** Seconds between two looks at the rules, beside those that their changes cause. */
  KRONOS_EDGE_RULES_POLL_SECONDS: z.coerce
    .number(expectedCount)
    .int(expectedCount)
    .positive(expectedCount)
    .default(30),
};
