import { encodeId, mutation, requireRecentLogin, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { fault } from '../faults.ts';
import { refuseCrowd } from './backup.create.ts';

const expected = 'This is a whole number from 0 to 100000.';
const count = z.number().int(expected).min(0, expected).max(100_000, expected);
const values = z.object({ keep: count.nullish(), olderThanDays: count.nullish() });

/** Removes old backups. */
export const backupsPrune: MutationResolvers<Context>['backupsPrune'] = mutation(
  async (_parent, { input }, context) => {
    const { viewer, backupJobs, logger } = context;
    requireRecentLogin(viewer);
    const { keep, olderThanDays } = validInput(values, input);
    if (keep == null && olderThanDays == null)
      userFaults(fault('REQUIRED', 'Say how many stay, or for how long.', ['input']));
    refuseCrowd(context);
    const removed = await backupJobs.prune({
      keep: keep ?? undefined,
      olderThanDays: olderThanDays ?? undefined,
    });
    logger.warn({ removed }, 'backups pruned');
    return { prunedBackupIds: removed.map((id) => encodeId('backup', id)) };
  },
);
