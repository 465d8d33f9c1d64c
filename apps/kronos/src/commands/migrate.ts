import { type MigrationState, migrate, readMigrationState } from '@kronos/migrations';
import { StartError } from '@kronos/service/run-service';
import { refusal } from '../databases/provision.ts';
import { allOf } from '../up/all-of.ts';
import { withDatabases } from '../up/with-databases.ts';

/** `kronos migrate status`: prints how each domain's database stands; throws when one has a fault. */
export async function migrateStatus(): Promise<void> {
  const states = await withDatabases(({ urls }) => readStates(urls));
  for (const { domain, applied, pending, faults } of states) {
    console.log(`${domain}: ${applied.length} applied, ${pending.length} pending`);
    for (const name of pending) console.log(`  pending: ${name}`);
    for (const fault of faults) console.log(`  ${fault}`);
  }
  assertSound(states);
}

/** `kronos migrate run`: applies what is pending, or with `isDryRun` prints the SQL that would be applied. */
export async function migrateRun(options: { isDryRun: boolean }): Promise<void> {
  await withDatabases(async ({ urls }) => {
    const states = await readStates(urls);
    assertSound(states);
    if (options.isDryRun) printPending(states);
    else await applyPending(states);
  });
}

async function readStates(urls: Record<string, string>): Promise<MigrationState[]> {
  return allOf(
    ...Object.entries(urls).map(([domain, databaseUrl]) =>
      readMigrationState({ domain, databaseUrl }).catch((error: unknown) => {
        throw refusal(databaseUrl, error);
      }),
    ),
  );
}

function assertSound(states: readonly MigrationState[]): void {
  const faults = states.flatMap((state) => state.faults);
  if (faults.length > 0) throw new StartError(faults.join('\n'));
}

function printPending(states: readonly MigrationState[]): void {
  for (const { domain, files, pending } of states)
    for (const { name, sql } of files.filter((file) => pending.includes(file.name)))
      console.log(`-- ${domain}: ${name}\n${sql}`);
  if (states.every(({ pending }) => pending.length === 0)) console.log('Every database is up to date.');
}

async function applyPending(states: readonly MigrationState[]): Promise<void> {
  const behind = states.filter(({ pending }) => pending.length > 0);
  if (behind.length === 0) console.log('Every database is up to date.');
  await allOf(
    ...behind.map(async (state) => {
      for (const name of await migrate(state)) console.log(`${state.domain}: applied ${name}`);
    }),
  );
}
