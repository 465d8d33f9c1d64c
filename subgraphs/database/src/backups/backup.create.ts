import { mutation, newId, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { fault } from '../faults.ts';

/** So much work may wait. */
const mostPending = 5;

const domainName = z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, 'This is no name of a domain.');

/** Names of domains. */
export const domainNames = z
  .array(domainName)
  .min(1, 'Name a domain, or leave this out for all.')
  .max(100, 'These are too many.');

/** Ends a mutation where too much waits already. */
export function refuseCrowd({ backupJobs }: Pick<Context, 'backupJobs'>): void {
  if (backupJobs.pending >= mostPending)
    userFaults(fault('CONFLICT', 'Other work on backups waits already: try again when it is done.'));
}

/** Ends a mutation that names a domain which is not here. */
export function refuseUnknown(schemas: readonly string[], { backupJobs }: Pick<Context, 'backupJobs'>): void {
  const known = new Set(backupJobs.targets().map(({ domain }) => domain));
  const unknown = schemas.filter((schema) => !known.has(schema));
  if (unknown.length > 0)
    userFaults(fault('NOT_FOUND', 'There is no such domain here.', ['input', 'schemas']));
}

const values = z.object({ schemas: domainNames.nullish() });

/** Begins a backup, which goes on by itself. */
export const backupCreate: MutationResolvers<Context>['backupCreate'] = mutation(
  async (_parent, { input }, context) => {
    const { schemas } = validInput(values, input ?? {});
    const { db, viewer, backupJobs, logger } = context;
    if (schemas) refuseUnknown(schemas, context);
    refuseCrowd(context);
    const backup = await db.backup.create({
      data: {
        id: newId(),
        schemas: [...new Set(schemas ?? backupJobs.targets().map(({ domain }) => domain))].sort(),
        isFull: !schemas,
        status: 'QUEUED',
        startedAt: new Date(),
        requestedBy: viewer?.userId ?? null,
      },
    });
    logger.info({ backup: backup.id, schemas: backup.schemas }, 'backup asked for');
    backupJobs.create(backup);
    return { backup };
  },
);
