import type { MigrationFile } from './files.ts';

/** A row of `_prisma_migrations`. */
export interface AppliedMigration {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  rolled_back_at: Date | null;
}

/** How a database stands to the files. */
export interface MigrationHistory {
  applied: string[];
  pending: string[];
  /** Why nothing may be applied, one sentence each. */
  faults: string[];
}

/**
 * Compares what a database says with the files.
 *
 * @param applied every row of `_prisma_migrations`; a migration that was rolled back and tried again has several
 */
export function compareHistory(
  domain: string,
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): MigrationHistory {
  const rows = applied.filter((row) => row.rolled_back_at === null);
  const failed = rows.filter((row) => row.finished_at === null);
  const finished = new Map(
    rows.filter((row) => row.finished_at !== null).map((row) => [row.migration_name, row]),
  );
  const known = new Set(files.map((file) => file.name));
  const lastFinished = files.findLastIndex((file) => finished.has(file.name));

  return {
    applied: files.filter((file) => finished.has(file.name)).map((file) => file.name),
    pending: files.filter((file) => !finished.has(file.name)).map((file) => file.name),
    faults: [
      ...failed.map((row) => failedSentence(domain, row.migration_name)),
      ...files
        .filter((file) => finished.has(file.name) && finished.get(file.name)?.checksum !== file.checksum)
        .map((file) => editedSentence(domain, file.name)),
      ...[...finished.keys()].filter((name) => !known.has(name)).map((name) => missingSentence(domain, name)),
      ...files
        .slice(0, Math.max(lastFinished, 0))
        .filter((file) => !finished.has(file.name) && !failed.some((row) => row.migration_name === file.name))
        .map((file) => lateSentence(domain, file.name)),
    ],
  };
}

function failedSentence(domain: string, name: string): string {
  return (
    `The migration ${name} of ${domain} has begun and never finished: mend the database if it was left half way, then run ` +
    `UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${name}' AND finished_at IS NULL; in it ` +
    'and migrate again.'
  );
}

function editedSentence(domain: string, name: string): string {
  return (
    `The migration ${name} of ${domain} was edited after it was applied: restore prisma/${domain}/migrations/${name}/migration.sql ` +
    'and put the change into a new migration.'
  );
}

function missingSentence(domain: string, name: string): string {
  return `The database of ${domain} has the migration ${name}, which this version does not have: use the version that has it, or another database.`;
}

function lateSentence(domain: string, name: string): string {
  return `The migration ${name} of ${domain} comes before one that is applied already: give it a later name.`;
}
