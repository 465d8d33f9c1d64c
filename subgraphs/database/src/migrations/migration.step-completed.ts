import { badUserInput, notFound, subscription, tryDecodeId } from '@kronos/subgraph';
import type { Context } from '../context.ts';

/** Migrations that were applied, of one run or of all, as it happens. */
export const migrationStepCompleted = subscription(
  {
    domain: 'database',
    names: ['migrationStepCompleted'],
    authorize({ runId }: { runId?: string | null }) {
      if (runId != null && !tryDecodeId('migration_run', runId))
        throw badUserInput('This is no id of a run.');
    },
    visible: ({ payload }, { runId }) =>
      runId == null || tryDecodeId('migration_run', runId) === payload.runId,
    resolve: async ({ payload: { runId, schema, version } }, _args, { loaders }: Context) => {
      const run = await loaders.migrationRun.load(runId);
      if (!run) throw notFound('There is no run of this id any more.');
      return { run, schema, version };
    },
  },
  ({ log }) => log,
);
