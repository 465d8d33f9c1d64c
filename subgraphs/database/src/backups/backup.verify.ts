import type { BackupCheck } from '@kronos/backup';
import { mutation, userFaults } from '@kronos/subgraph';
import type { MutationResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { fault } from '../faults.ts';
import { refuseCrowd } from './backup.create.ts';
import { backupOf } from './backup.restore.ts';

/** Checks a backup, and waits for what comes of it. */
export const backupVerify: MutationResolvers<Context>['backupVerify'] = mutation(
  async (_parent, { id, restore }, context) => {
    const { backupJobs, db } = context;
    const backup = await backupOf(id, context);
    if (restore) refuseWithoutOperator(context);
    refuseCrowd(context);
    const check = await backupJobs.verify(backup.id, { isRestored: restore });
    const checked = await db.backup.findUnique({ where: { id: backup.id } });
    return { check: { backup: checked ?? backup, ...answerOf(check) } };
  },
);

/** Goes the whole way with a small database of its own. */
export const backupSelfTest: MutationResolvers<Context>['backupSelfTest'] = mutation(
  async (_parent, _args, context) => {
    refuseWithoutOperator(context);
    refuseCrowd(context);
    const check = await context.backupJobs.selfTest();
    return { check: { backup: null, ...answerOf(check) } };
  },
);

function refuseWithoutOperator({ backupJobs }: Context): void {
  if (!backupJobs.canRestore)
    userFaults(
      fault(
        'RESTORE_REFUSED',
        'There is no operator here who makes databases: KRONOS_OPERATOR_DATABASE_URL.',
      ),
    );
}

function answerOf({ problems, restoredRows }: BackupCheck) {
  const rows = restoredRows === null ? null : BigInt(restoredRows);
  return { ok: problems.length === 0, restoredRows: rows, problems };
}
