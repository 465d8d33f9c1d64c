import { badUserInput, decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { MigrationRunResolvers, QueryResolvers } from '../__generated__/types.ts';
import { estimateRemaining } from '../backups/estimate-remaining.ts';
import type { Context } from '../context.ts';
import { isDatabaseAdmin } from '../leases/lease.rules.ts';
import { migrationTargets, readDomains } from './domain-migrations.ts';

/** How the domains, or one, stand to their migrations. */
export const migrationStatus: QueryResolvers<Context>['migrationStatus'] = async (
  _parent,
  { schema },
  { databases },
) => {
  const targets = migrationTargets(databases, schema);
  if (targets.length === 0) throw badUserInput('There is no such domain here.');
  const domains = await readDomains(targets);
  const applied = domains.flatMap((domain) => domain.applied);
  const newest = applied.toSorted((one, other) => Number(other.appliedAt) - Number(one.appliedAt));
  return {
    currentVersion:
      applied
        .map(({ version }) => version)
        .sort()
        .at(-1) ?? null,
    pending: domains
      .flatMap(({ pending }) => pending)
      .sort((one, other) => (one.version < other.version ? -1 : 1)),
    last: newest[0] ?? null,
    faults: domains.flatMap(({ faults }) => faults),
  };
};

/** One run of migrations. */
export const migrationRun: QueryResolvers<Context>['migrationRun'] = (_parent, { id }, { loaders }) =>
  loaders.migrationRun.load(decodeId('migration_run', id));

export const MigrationRun: MigrationRunResolvers<Context> = {
  // Not by a rule on the type: it would stand on every Node.
  __resolveReference({ id }, context) {
    const runId = isDatabaseAdmin(context) && tryDecodeId('migration_run', id);
    return runId ? context.loaders.migrationRun.load(runId) : null;
  },
  id: ({ id }) => encodeId('migration_run', id),
  progress: ({ currentStep, totalSteps, startedAt, status }) => ({
    ...{ currentStep, totalSteps },
    estimatedRemaining: status === 'RUNNING' ? estimateRemaining(startedAt, currentStep, totalSteps) : null,
  }),
};
