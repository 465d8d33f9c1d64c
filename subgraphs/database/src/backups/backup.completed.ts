import { notFound, subscription } from '@kronos/subgraph';
import type { Context } from '../context.ts';

/** Backups that were made, or have failed, as it happens. */
export const backupCompleted = subscription(
  {
    domain: 'database',
    names: ['backupCompleted'],
    resolve: async ({ payload: { backupId } }, _args: object, { loaders }: Context) => {
      const backup = await loaders.backup.load(backupId);
      if (!backup) throw notFound('There is no backup of this id any more.');
      return { backup };
    },
  },
  ({ log }) => log,
);
