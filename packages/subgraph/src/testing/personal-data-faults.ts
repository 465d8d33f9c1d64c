import { Client } from 'pg';
import type { PersonalData } from '../personal-data/personal-data.ts';

/** Tables that every domain has; what is personal in the outbox, the catalogue of events says. */
const common = new Set(['outbox', 'inbox', 'consumer_offset', '_prisma_migrations']);

/** What a column is called that names a person. */
const namesPerson =
  /(^|_)(user|account|person|people|recipient|attendee|organi[sz]er|owner|author|actor|subject|member|assignee|holder|grantee|impersonator|administrator)(_id)?$|_by(_id)?$/;

/**
 * What is wrong with a domain's register of personal data, in sentences: a table that does not stand there, one that is
 * no more, a column that looks as if it named a person and is not accounted for.
 *
 * @param databaseUrl of a database with the domain's migrations
 */
export async function personalDataFaults(
  databaseUrl: string,
  { tables, others }: PersonalData<never>,
): Promise<string[]> {
  const columns = await columnsOf(databaseUrl);
  const faults: string[] = [];
  for (const [table, names] of columns) {
    const registered = tables[table];
    if (common.has(table)) continue;
    if (registered && table in others) faults.push(`${table} stands in “tables” and in “others”.`);
    if (!registered && !(table in others)) faults.push(`${table} is not registered in personal-data.ts.`);
    if (!registered) continue;
    const { person, mentions = {}, through } = registered;
    const accounted = new Set([person, Object.keys(mentions), through?.column ?? []].flat());
    for (const name of names)
      if (namesPerson.test(name) && !accounted.has(name))
        faults.push(`${table}.${name} may name a person: put it in “person” or “mentions”.`);
    const { onErasure } = registered;
    const changed = onErasure.kind === 'anonymise' ? Object.keys(onErasure.values) : [];
    for (const name of [...accounted, ...(registered.withheld ?? []), ...changed])
      if (!names.has(name)) faults.push(`${table} has no column ${name}.`);
  }
  for (const table of [...Object.keys(tables), ...Object.keys(others)])
    if (!columns.has(table)) faults.push(`There is no table ${table}.`);
  return faults;
}

async function columnsOf(databaseUrl: string): Promise<Map<string, Set<string>>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ table_name: string; column_name: string }>(
      `SELECT table_name, column_name FROM information_schema.columns
       JOIN information_schema.tables USING (table_schema, table_name)
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    const columns = Map.groupBy(rows, ({ table_name: table }) => table);
    return new Map(
      [...columns].map(([table, found]) => [table, new Set(found.map(({ column_name: name }) => name))]),
    );
  } finally {
    await client.end();
  }
}
