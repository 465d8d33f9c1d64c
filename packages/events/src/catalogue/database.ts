import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

const targetStatus = z.enum(['UP', 'DEGRADED', 'DOWN', 'DISABLED']);

/** Events of the database domain. */
export const databaseEvents = defineEvents('database', {
  /** A database, or another place where data is, is found in another status than before. */
  databaseHealthChanged: {
    payload: z.object({ target: z.string(), from: targetStatus.nullable(), to: targetStatus }),
  },
  /** Nobody gets a connection to this database now: somebody has waited for one in vain. */
  poolExhausted: { payload: z.object({ target: z.string(), serviceName: z.string() }) },
  /** A backup was made, or has failed. */
  backupCompleted: { payload: z.object({ backupId: z.uuid() }) },
  /** A migration of a domain was applied. */
  migrationStepCompleted: {
    payload: z.object({ runId: z.uuid(), schema: z.string(), version: z.string() }),
  },
  ...personalDataEvents('database'),
});
