import { readPlan } from '../up/environment.ts';
import { ensureInternalKeys } from '../up/internal-keys.ts';
import { ensureMasterKeys } from '../up/master-keys.ts';
import { makeHome } from '../up/steps.ts';
import { migrateRun } from './migrate.ts';
import { seed } from './seed.ts';

/**
 * `kronos setup`: all that `kronos up` does before it starts anything, for containers: internal and master keys, roles
 * and databases, migrations, seeds.
 */
export async function setup(): Promise<void> {
  const plan = await readPlan();
  const home = await makeHome(plan.KRONOS_HOME);
  await ensureInternalKeys(home, plan.keyFiles);
  await ensureMasterKeys({ ...plan, KRONOS_HOME: home });
  await migrateRun({ isDryRun: false });
  await seed();
}
