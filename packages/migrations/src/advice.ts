/** So many rows make a table large: what reads or writes all of them while it is locked, clients notice. */
export const largeRows = 10_000;

/** Rows that PostgreSQL reads, checks or writes again in a second, at least. */
const rowsPerSecond = 200_000;

interface Rule {
  pattern: RegExp;
  advice(table: string): string;
}

const name = String.raw`(?:"?public"?\.)?"?(\w+)"?`;

/** What locks a table for as long as it has rows, and what does not: expand first, fill, contract later. */
const rules: Rule[] = [
  {
    pattern: new RegExp(
      `ALTER TABLE (?:ONLY )?${name}[^;]*?ADD COLUMN (?![^,;]*DEFAULT)[^,;]*NOT NULL`,
      'gi',
    ),
    advice: (table) =>
      `A column of ${table} that must not be null fails or blocks while there are rows: add it nullable, fill it in pieces, then SET NOT NULL by a check that was validated before.`,
  },
  {
    pattern: new RegExp(`ALTER TABLE (?:ONLY )?${name}[^;]*?ALTER COLUMN [^,;]*?(?:SET DATA )?TYPE `, 'gi'),
    advice: (table) =>
      `Another type of a column writes all of ${table} again while nobody can use it: add a column of the new type, write both, fill it, read it, and drop the old one in a later migration.`,
  },
  {
    pattern: new RegExp(`ALTER TABLE (?:ONLY )?${name}[^;]*?ALTER COLUMN [^,;]*?SET NOT NULL`, 'gi'),
    advice: (table) =>
      `SET NOT NULL reads all of ${table} while nobody can use it: add CHECK (… IS NOT NULL) NOT VALID and validate it first, then it is done at once.`,
  },
  {
    pattern: new RegExp(`CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)[^;]*? ON (?:ONLY )?${name}`, 'gi'),
    advice: (table) =>
      `CREATE INDEX lets nobody write to ${table} until it is done: make it CONCURRENTLY by hand before, and let the migration say IF NOT EXISTS.`,
  },
  {
    pattern: new RegExp(
      `ALTER TABLE (?:ONLY )?${name}[^;]*?ADD CONSTRAINT [^;]*?FOREIGN KEY(?![^;]*NOT VALID)`,
      'gi',
    ),
    advice: (table) =>
      `A foreign key reads all of ${table} while nobody writes to it: add it NOT VALID, and VALIDATE CONSTRAINT in a later migration.`,
  },
];

/** What a migration would do to tables that have rows. */
export interface MigrationAdvice {
  /** What would lock large tables, and how it would not, a sentence each. */
  sentences: string[];
  /** How long it takes, roughly. */
  seconds: number;
}

/**
 * Looks through a migration's SQL for what locks a table for long.
 *
 * @param rows how many rows the tables have; one that is not there is new
 */
export function adviseOn(sql: string, rows: ReadonlyMap<string, number>): MigrationAdvice {
  const bare = sql.replaceAll(/--[^\n]*/g, '');
  const sentences: string[] = [];
  let touched = 0;
  for (const { pattern, advice } of rules) {
    for (const [, table = ''] of bare.matchAll(pattern)) {
      const count = rows.get(table) ?? 0;
      touched += count;
      if (count > largeRows) sentences.push(advice(table));
    }
  }
  return { sentences: [...new Set(sentences)], seconds: Math.ceil(1 + touched / rowsPerSecond) };
}
