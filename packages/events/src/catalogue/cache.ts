import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

/** Events of the cache domain. */
export const cacheEvents = defineEvents('cache', {
  /** Something cached is worth nothing any more. */
  cacheInvalidated: {
    payload: z.object({
      /** Null: all of them. */
      namespace: z.string().nullable(),
      tags: z.array(z.string()),
      keys: z.array(z.string()),
      /** The event of another domain that is why; null when an operator has said so. */
      cause: z.string().nullable(),
    }),
  },
  ...personalDataEvents('cache'),
});
