import {
  adviseOn,
  type FinishedMigration,
  type MigrationTarget,
  readFinished,
  readMigrationState,
} from '@kronos/migrations';
import type { Databases } from '../databases.ts';

/** A migration, applied or not, as the graph shows it. */
export interface ShownMigration {
  schema: string;
  version: string;
  description: string;
  appliedAt: Date | null;
  durationMs: number | null;
  estimatedDuration: string | null;
  sql: string;
  advice: string[];
}

/** How one domain stands. */
export interface DomainMigrations {
  schema: string;
  target: MigrationTarget;
  applied: ShownMigration[];
  pending: ShownMigration[];
  /** What does not fit the files, a sentence each. */
  faults: string[];
}

/** Where migrations of the domains are applied: by the operator in the name of the owner, or by the owner. */
export function migrationTargets({ all }: Databases, schema?: string | null): MigrationTarget[] {
  return all
    .filter(({ domain }) => schema == null || domain === schema)
    .map(({ domain, url, ownUrl, isOperator }) => ({
      domain,
      databaseUrl: url,
      ...(isOperator && { role: decodeURIComponent(new URL(ownUrl).username) }),
    }));
}

/** How these domains stand to their migrations. */
export async function readDomains(targets: readonly MigrationTarget[]): Promise<DomainMigrations[]> {
  return Promise.all(
    targets.map(async (target) => {
      const schema = target.domain;
      const [{ files, pending, faults }, { finished, rows }] = await Promise.all([
        readMigrationState(target),
        readFinished(target),
      ]);
      return {
        ...{ schema, target, faults },
        applied: finished.map((migration) => appliedOne(schema, migration)),
        pending: files
          .filter(({ name }) => pending.includes(name))
          .map(({ name, sql }) => {
            const { sentences, seconds } = adviseOn(sql, rows);
            return {
              ...nameOf(schema, name),
              ...{ appliedAt: null, durationMs: null, sql },
              advice: sentences,
              estimatedDuration: `PT${seconds}S`,
            };
          }),
      };
    }),
  );
}

function appliedOne(schema: string, { name, appliedAt, durationMs }: FinishedMigration): ShownMigration {
  return {
    ...nameOf(schema, name),
    ...{ appliedAt, durationMs, estimatedDuration: null, sql: '', advice: [] },
  };
}

function nameOf(schema: string, version: string) {
  return { schema, version, description: version.replace(/^\d+_/, '').replaceAll('_', ' ') };
}
