import { connection, decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type {
  BackupResolvers,
  BackupRestoreResolvers,
  JobStatus,
  QueryResolvers,
} from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { isDatabaseAdmin } from '../leases/lease.rules.ts';
import { estimateRemaining } from './estimate-remaining.ts';

/** Backups in pages, newest first. */
export const backups: QueryResolvers<Context>['backups'] = async (
  _parent,
  { filter, ...args },
  { db, backupJobs },
) => {
  await backupJobs.reconcile();
  const { status, schema } = filter ?? {};
  return connection({
    delegate: db.backup,
    args,
    where: {
      ...(status != null && whereStatus(status)),
      ...(schema != null && { schemas: { has: schema } }),
    },
    orderBy: [{ field: 'startedAt', direction: 'DESC' }],
  });
};

/** Nobody ends a backup but its own end. */
function whereStatus(status: JobStatus) {
  return status === 'CANCELLED' ? { id: { in: [] } } : { status };
}

/** One backup. */
export const backup: QueryResolvers<Context>['backup'] = async (_parent, { id }, { loaders, backupJobs }) => {
  const backupId = decodeId('backup', id);
  await backupJobs.reconcile();
  return loaders.backup.load(backupId);
};

/** One restore. */
export const backupRestore: QueryResolvers<Context>['backupRestore'] = (_parent, { id }, { loaders }) =>
  loaders.backupRestore.load(decodeId('backup_restore', id));

export const Backup: BackupResolvers<Context> = {
  // Not by a rule on the type: it would stand on every Node.
  __resolveReference({ id }, context) {
    const backupId = isDatabaseAdmin(context) && tryDecodeId('backup', id);
    return backupId ? context.loaders.backup.load(backupId) : null;
  },
  id: ({ id }) => encodeId('backup', id),
  kind: ({ isFull }) => (isFull ? 'FULL' : 'SCHEMA'),
  progress: ({ currentStep, totalSteps, startedAt, status }) => ({
    ...{ currentStep, totalSteps },
    estimatedRemaining: status === 'RUNNING' ? estimateRemaining(startedAt, currentStep, totalSteps) : null,
  }),
  archiveUrl: ({ id, status }, _args, { backupJobs }) =>
    status === 'SUCCEEDED' ? backupJobs.urlOf(id) : null,
};

export const BackupRestore: BackupRestoreResolvers<Context> = {
  __resolveReference({ id }, context) {
    const restoreId = isDatabaseAdmin(context) && tryDecodeId('backup_restore', id);
    return restoreId ? context.loaders.backupRestore.load(restoreId) : null;
  },
  id: ({ id }) => encodeId('backup_restore', id),
  // A restore stands and falls with its backup, so there is one.
  backup: async ({ backupId }, _args, { loaders }) => (await loaders.backup.load(backupId))!,
  progress: ({ currentStep, totalSteps, startedAt, status }) => ({
    ...{ currentStep, totalSteps },
    estimatedRemaining: status === 'RUNNING' ? estimateRemaining(startedAt, currentStep, totalSteps) : null,
  }),
};
