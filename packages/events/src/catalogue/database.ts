import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

/** Events of the database domain. */
export const databaseEvents = defineEvents('database', {
  /** A connection lease has been made. */
  connectionLeaseCreated: { payload: z.object({ connectionLeaseId: z.uuid() }) },
  ...personalDataEvents('database'),
});
