import { domainsWithData } from '@kronos/backup';
import type { Backup } from '@kronos/prisma-database';
import { mutation, newId, requireRecentLogin, tryDecodeId, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { fault } from '../faults.ts';
import { domainNames, refuseCrowd, refuseUnknown } from './backup.create.ts';

const values = z.object({
  schemas: domainNames.nullish(),
  force: z.boolean().nullish(),
  beside: z.boolean().nullish(),
  idempotencyKey: z.string().trim().min(1, 'A key is needed.').max(200, 'A key has at most 200 characters.'),
});

/** Begins a restore, which goes on by itself. */
export const backupRestore: MutationResolvers<Context>['backupRestore'] = mutation(
  async (_parent, { id, input }, context) => {
    const { viewer, db, backupJobs, logger } = context;
    requireRecentLogin(viewer);
    const { schemas, force, beside, idempotencyKey } = validInput(values, input);
    const earlier = await db.backupRestore.findUnique({ where: { idempotencyKey } });
    if (earlier && earlier.backupId !== tryDecodeId('backup', id))
      userFaults(
        fault('CONFLICT', 'Another restore was asked for by this key.', ['input', 'idempotencyKey']),
      );
    if (earlier) return { restore: earlier };

    const backup = await backupOf(id, context);
    const wanted = [...new Set(schemas ?? backup.schemas)].sort();
    refuseUnknown(wanted, context);
    const missing = wanted.filter((schema) => !backup.schemas.includes(schema));
    if (missing.length > 0)
      userFaults(fault('INVALID', `The backup does not have ${missing.join(', ')}.`, ['input', 'schemas']));
    await refuseRestore(wanted, { isForced: force ?? false, isBeside: beside ?? false }, context);
    refuseCrowd(context);
    const restore = await db.backupRestore.create({
      data: {
        id: newId(),
        backupId: backup.id,
        schemas: wanted,
        ...{ status: 'QUEUED', forced: force ?? false, beside: beside ?? false, startedAt: new Date() },
        ...{ idempotencyKey, requestedBy: viewer!.userId },
      },
    });
    logger.warn(
      { restore: restore.id, backup: backup.id, schemas: wanted, force, beside },
      'restore asked for',
    );
    backupJobs.restore(restore);
    return { restore };
  },
);

/** A backup that is there, or the end of the mutation. */
export async function backupOf(
  id: string,
  { db, backupJobs }: Pick<Context, 'db' | 'backupJobs'>,
): Promise<Backup> {
  await backupJobs.reconcile();
  const backupId = tryDecodeId('backup', id);
  const backup = backupId && (await db.backup.findUnique({ where: { id: backupId } }));
  if (!backup) return userFaults(fault('NOT_FOUND', 'There is no such backup.', ['id']));
  if (backup.status !== 'SUCCEEDED')
    userFaults(fault('CONFLICT', 'This backup is not finished, or has failed.', ['id']));
  return backup;
}

async function refuseRestore(
  schemas: readonly string[],
  { isForced, isBeside }: { isForced: boolean; isBeside: boolean },
  { backupJobs }: Context,
): Promise<void> {
  if (!backupJobs.canRestore)
    userFaults(
      fault(
        'RESTORE_REFUSED',
        'There is no operator here who makes databases: KRONOS_OPERATOR_DATABASE_URL.',
      ),
    );
  if (isForced || isBeside) return;
  const chosen = backupJobs.targets().filter(({ domain }) => schemas.includes(domain));
  const full = await domainsWithData(chosen);
  if (full.length > 0)
    userFaults(
      fault(
        'RESTORE_REFUSED',
        `There is data in ${full.join(', ')}, which the restore would replace: ask for it with force.`,
        ['input', 'force'],
        {
          schemas: full,
        },
      ),
    );
}
