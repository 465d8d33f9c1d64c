import { isAbout, nameIn, type PersonalData, type PersonalTransaction, quoted } from './personal-data.ts';

/** Rows that are read at once. */
const rowsPerFetch = 100;
/** A part is handed on when its rows have so many characters of JSON. */
const partLength = 128 * 1024;

/** Unseals what is sealed in rows of a table, where they are. */
export type UnsealRows = (table: string, rows: readonly Record<string, unknown>[]) => Promise<void>;

/** A part of an export, small enough for an event: some rows of some tables. */
export interface ExportPart {
  tables: { table: string; holds: string; rows: Record<string, unknown>[] }[];
  rows: number;
}

/**
 * Exports what a domain keeps of a person, part by part, so that no more than one is in memory. All parts show one
 * moment for each table.
 *
 * @param userId a UUID
 * @param unsealRows unseals what is sealed in rows of a table, where they are; for domains with sealed fields
 */
export async function* exportPerson<Transaction extends PersonalTransaction>(
  tx: Transaction,
  { tables }: PersonalData<Transaction>,
  userId: string,
  unsealRows?: UnsealRows,
): AsyncGenerator<ExportPart> {
  let part: ExportPart = { tables: [], rows: 0 };
  let length = 0;
  for (const [table, { holds, withheld = [], ...about }] of Object.entries(tables)) {
    let own: ExportPart['tables'][number] | undefined;
    for await (const row of rowsAbout(tx, table, about, userId, unsealRows)) {
      for (const column of withheld) delete row[column];
      if (!own) {
        own = { table, holds, rows: [] };
        part.tables.push(own);
      }
      own.rows.push(row);
      part.rows += 1;
      length += JSON.stringify(row).length;
      if (length < partLength) continue;
      yield part;
      part = { tables: [], rows: 0 };
      own = undefined;
      length = 0;
    }
  }
  if (part.rows > 0) yield part;
}

/** A cursor of PostgreSQL reads them a few at a time, however many there are. */
async function* rowsAbout(
  tx: PersonalTransaction,
  table: string,
  about: Parameters<typeof isAbout>[0] & Parameters<typeof nameIn>[0],
  userId: string,
  unsealRows?: UnsealRows,
): AsyncGenerator<Record<string, unknown>> {
  // DECLARE takes no parameters in every version; what stands there is an id, quoted.
  const person = `'${nameIn(about, userId).replaceAll("'", "''")}'`;
  const condition = isAbout(about).replaceAll('$1', person);
  const columns = 'to_jsonb(registered) AS row';
  await tx.$executeRawUnsafe(
    `DECLARE person_rows NO SCROLL CURSOR FOR SELECT ${columns} FROM ${quoted(table)} registered WHERE ${condition}`,
  );
  for (;;) {
    const fetched = await tx.$queryRawUnsafe<{ row: Record<string, unknown> }[]>(
      `FETCH ${rowsPerFetch} FROM person_rows`,
    );
    const rows = fetched.map(({ row }) => row);
    await unsealRows?.(table, rows);
    yield* rows;
    if (fetched.length < rowsPerFetch) break;
  }
  await tx.$executeRawUnsafe('CLOSE person_rows');
}
