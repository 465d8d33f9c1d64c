/** The part of a Prisma transaction client that is used: plain SQL, since the tables are named and not typed here. */
export interface PersonalTransaction {
  $queryRawUnsafe<Result>(sql: string, ...values: unknown[]): PromiseLike<Result>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>;
}

/** How many rows an erasure has dealt with, and in which way. */
export interface ErasureCounts {
  erased: number;
  anonymised: number;
  retained: number;
}

/** What becomes of a person's rows in a table when the person is erased. */
export type OnErasure<Transaction> =
  | { kind: 'erase' }
  | { kind: 'anonymise'; values: Readonly<Record<string, string | null>> }
  | { kind: 'retain'; reason: string }
  | {
      kind: 'custom';
      run: (tx: Transaction, userId: string) => Promise<Partial<ErasureCounts>>;
      reason?: string;
    };

/** A table that holds something of people. */
export interface PersonalTable<Transaction> {
  /** What of a person it holds, in a phrase; it stands in the export. */
  holds: string;
  /** The column that names the person whom a row is about; several, when a row is about each of them; none, with `through` alone. */
  person: string | readonly string[];
  /**
   * The rows are also about whom a row of another table is about, which `column` names by its `key`, such as what belongs to a
   * person's things.
   */
  through?: { column: string; table: string; key: string; person: string };
  /** How the column, a text then, names a person; it is a UUID when omitted. */
  named?: (userId: string) => string;
  /**
   * Other columns that name people whom the row is not about, such as who did it, each with why that may stay when they
   * are erased. Their id alone leads to a profile that says nothing any more.
   */
  mentions?: Readonly<Record<string, string>>;
  /** Columns that are not exported, such as hashes of secrets. */
  withheld?: readonly string[];
  onErasure: OnErasure<Transaction>;
}

/** What a domain keeps of people: all its tables stand here, in the order in which they are erased. */
export interface PersonalData<Transaction> {
  /** By name, as it is in the database. */
  tables: Readonly<Record<string, PersonalTable<Transaction>>>;
  /** Tables that hold nothing of people, or only what goes with a row of another table, each with why. */
  others: Readonly<Record<string, string>>;
}

/** Rows are deleted. */
export const erased = { kind: 'erase' } as const;

/** Rows stay, with other values in these columns. */
export function anonymised(values: Readonly<Record<string, string | null>>) {
  return { kind: 'anonymise', values } as const;
}

/** Rows stay as they are. @param reason for the person, such as a law or the rights of others */
export function retained(reason: string) {
  return { kind: 'retain', reason } as const;
}

/**
 * Something that plain SQL cannot say, such as announcing it.
 *
 * @param run writes with the transaction, and says how many rows were dealt with
 * @param reason why what it retains is retained
 */
export function erasedBy<Transaction>(
  run: (tx: Transaction, userId: string) => Promise<Partial<ErasureCounts>>,
  reason?: string,
) {
  return { kind: 'custom', run, reason } as const;
}

/** That a row is about a person, as a condition of SQL on `$1`, which is what `nameIn` gives. */
export function isAbout({
  person,
  named,
  through,
}: Pick<PersonalTable<never>, 'person' | 'named' | 'through'>): string {
  // Compared as a UUID, so that indexes serve.
  const value = named ? '$1' : '$1::uuid';
  const conditions = [person].flat().map((column) => `${quoted(column)} = ${value}`);
  if (through) {
    const { column, table, key, person: owner } = through;
    const rows = `SELECT ${quoted(key)} FROM ${quoted(table)} WHERE ${quoted(owner)} = ${value}`;
    conditions.push(`${quoted(column)} IN (${rows})`);
  }
  return conditions.join(' OR ');
}

/** How a table names a person. @param userId a UUID */
export function nameIn({ named }: Pick<PersonalTable<never>, 'named'>, userId: string): string {
  return named ? named(userId) : userId;
}

/** An identifier of SQL. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
