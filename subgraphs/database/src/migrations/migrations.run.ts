import { giveUpFailed } from '@kronos/migrations';
import { mutation, newId, requireRecentLogin, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { fault } from '../faults.ts';
import { type DomainMigrations, migrationTargets, readDomains } from './domain-migrations.ts';
import { tryLockMigrations } from './migration-lock.ts';
import { runMigrations } from './run-migrations.ts';

const values = z.object({
  schema: z.string().max(63, 'This is no name of a domain.').nullish(),
  targetVersion: z
    .string()
    .regex(/^\w{1,200}$/, 'A version is the name of a migration.')
    .nullish(),
  dryRun: z.boolean().nullish(),
  resume: z.boolean().nullish(),
});

/** Begins to apply what is pending, which goes on by itself; or only tells what that would be. */
export const migrationsRun: MutationResolvers<Context>['migrationsRun'] = mutation(
  async (_parent, { input }, context) => {
    const { schema, targetVersion, dryRun, resume } = validInput(values, input ?? {});
    const { db, databases, viewer, logger, databaseUrl } = context;
    if (viewer && !dryRun) requireRecentLogin(viewer);
    const targets = migrationTargets(databases, schema);
    if (targets.length === 0)
      userFaults(fault('NOT_FOUND', 'There is no such domain here.', ['input', 'schema']));
    const lock = dryRun ? null : await tryLockMigrations(databaseUrl);
    if (!dryRun && !lock)
      userFaults(fault('MIGRATION_LOCKED', 'Migrations are being applied: try again when that is done.'));
    let isHandedOn = false;
    try {
      if (resume && !dryRun) for (const target of targets) await giveUpFailed(target);
      const domains = upTo(await readDomains(targets), targetVersion);
      const pending = domains.flatMap((domain) => domain.pending);
      const run = await db.migrationRun.create({
        data: {
          ...{
            id: newId(),
            schema: schema ?? null,
            targetVersion: targetVersion ?? null,
            dryRun: dryRun ?? false,
          },
          ...{ status: dryRun ? 'SUCCEEDED' : 'RUNNING', startedAt: new Date() },
          finishedAt: dryRun ? new Date() : null,
          totalSteps: pending.length,
          sql: pending.map(({ schema: domain, version, sql }) => `-- ${domain}: ${version}\n${sql}`),
          advice: pending.flatMap(({ schema: domain, version, advice }) =>
            advice.map((sentence) => `${domain}: ${version}: ${sentence}`),
          ),
          requestedBy: viewer?.userId ?? null,
        },
      });
      if (lock) {
        isHandedOn = true;
        logger.warn({ run: run.id, versions: pending.map(({ version }) => version) }, 'migrations asked for');
        context.background(runMigrations(run, domains, { db, logger }).finally(() => lock.release()));
      }
      return { run };
    } finally {
      if (!isHandedOn) await lock?.release();
    }
  },
);

/** Only what is pending up to a version; ends the mutation when nobody has it, or a database does not fit its files. */
function upTo(domains: readonly DomainMigrations[], version: string | null | undefined): DomainMigrations[] {
  const faults = domains.flatMap((domain) => domain.faults);
  if (faults.length > 0) userFaults(fault('CONFLICT', faults[0]!, undefined, { faults }));
  if (version == null) return [...domains];
  const isKnown = domains.some(({ applied, pending }) =>
    [...applied, ...pending].some((migration) => migration.version === version),
  );
  if (!isKnown)
    userFaults(fault('NOT_FOUND', 'There is no migration of this name.', ['input', 'targetVersion']));
  return domains.map((domain) => ({
    ...domain,
    pending: domain.pending.filter((one) => one.version <= version),
  }));
}
