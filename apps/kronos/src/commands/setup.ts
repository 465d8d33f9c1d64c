import { readPlan } from '../up/environment.ts';
import { ensureInternalKeys } from '../up/internal-keys.ts';
import { makeHome } from '../up/steps.ts';
import { migrateRun } from './migrate.ts';
import { seed } from './seed.ts';

/**
 * `kronos setup`: all that `kronos up` does before it starts anything, for containers: the internal keys, roles and
 * databases, migrations, seeds.
 */
export async function setup(): Promise<void> {
  const plan = await readPlan();
  await ensureInternalKeys(await makeHome(plan.KRONOS_HOME), plan.keyFiles);
  await migrateRun({ isDryRun: false });
  await seed();
}
