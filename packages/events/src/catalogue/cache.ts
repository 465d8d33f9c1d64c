import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

/** Events of the cache domain. */
export const cacheEvents = defineEvents('cache', {
  /** A cache namespace has been made. */
  cacheNamespaceCreated: { payload: z.object({ cacheNamespaceId: z.uuid() }) },
  ...personalDataEvents('cache'),
});
