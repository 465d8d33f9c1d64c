import { commaList } from '@kronos/service/environment';
import { z } from 'zod';

const expected = 'expected a whole number above 0';

/** How requests have to arrive. */
export const httpEnvironment = {
  /** Names by which the gateway may be called; see `allowedHosts`. */
  KRONOS_ALLOWED_HOSTS: commaList().optional(),
  /** How long a request may take to arrive, head and body, in milliseconds. */
  KRONOS_REQUEST_ARRIVAL_MS: z.coerce.number(expected).int(expected).positive(expected).default(30_000),
};
