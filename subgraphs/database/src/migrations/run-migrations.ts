import { appendToOutbox } from '@kronos/events';
import { migrate } from '@kronos/migrations';
import type { MigrationRun, PrismaClient } from '@kronos/prisma-database';
import type { Logger } from '@kronos/service';
import { StartError } from '@kronos/service/run-service';
import type { DomainMigrations } from './domain-migrations.ts';

/** Applies migrations one after the other, and says after each how far it is. The run's row says what came of it. */
export async function runMigrations(
  run: MigrationRun,
  domains: readonly DomainMigrations[],
  { db, logger }: { db: PrismaClient; logger: Logger },
): Promise<void> {
  const { id } = run;
  let currentStep = 0;
  const alive = setInterval(() => {
    db.migrationRun.updateMany({ where: { id }, data: { aliveAt: new Date() } }).catch(() => undefined);
  }, 5_000);
  try {
    for (const { schema, target, pending } of domains) {
      for (const { version } of pending) {
        await migrate(target, { upTo: version });
        currentStep += 1;
        await step({ currentStep, aliveAt: new Date() }, schema, version);
        logger.info({ run: id, schema, version }, 'migration applied');
      }
    }
    await end({ status: 'SUCCEEDED' });
  } catch (err) {
    logger.error({ err, run: id }, 'migrations failed');
    const reason =
      err instanceof StartError ? err.message : 'A database could not be used; the log says why.';
    await end({ status: 'FAILED', failure: reason });
  } finally {
    clearInterval(alive);
  }

  async function step(data: object, schema: string, version: string): Promise<void> {
    await db.$transaction(async (tx) => {
      await tx.migrationRun.update({ where: { id }, data });
      await appendToOutbox(tx, 'migrationStepCompleted', { runId: id, schema, version });
    });
  }

  async function end(data: { status: 'SUCCEEDED' | 'FAILED'; failure?: string }): Promise<void> {
    await db.migrationRun.update({ where: { id }, data: { ...data, finishedAt: new Date() } });
  }
}
