import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { askMutations } from './mutations.ts';
import { outcomeOf } from './outcome.ts';
import { allCoordinates } from './payloads.ts';
import { line, type Row } from './row.ts';
import { type Seed, seed } from './seed.ts';
import { askSubscriptions } from './subscriptions.ts';
import { type AskedField, askedFields } from './walk.ts';

const supergraph = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');
const schema = buildSchema(supergraph, { assumeValidSDL: true });

const head = `What a stranger, Ada, another user and an administrator get of each field, asked of what is Ada's.

What has an id is asked for by “node”: no rule stands in front of a field there but its own and that of its subgraph.
“value” and “null” are what came; “–”: there is no object, and nobody says why; else the code of the error.
Subscriptions are “open” or refused. Below are the fields of the event that comes when Ada does something.
Mutations are “done”, or not for (the codes of user errors). Administrators are not asked: they would change the system.

A field that becomes public by mistake is a difference here. If it is meant: npm test -- --project e2e e2e/public-fields -u
`;

test('of each field everybody gets what the table says', async () => {
  const seeded = await seed();
  const sections = [
    await askQueries(seeded),
    await askSubscriptions(schema, seeded),
    // Last, because Ada's end what is there.
    await askMutations(schema, seeded),
  ];
  expect(missingFrom(sections.flat())).toEqual([]);

  const callers = line({ coordinate: '', outcomes: ['stranger', 'Ada', 'Ben', 'administrator'] });
  const table = [`${head}\n${callers}`, ...sections.map((rows) => rows.map(line).join('\n'))];
  await expect(`${table.join('\n\n')}\n`).toMatchFileSnapshot('./public-fields.txt');
}, 300_000);

async function askQueries(seeded: Seed): Promise<Row[]> {
  const { stranger, ada, ben, administrator } = seeded;
  const rows: Row[] = [];
  for (const field of askedFields(schema, seeded)) {
    const outcomes = await Promise.all(
      [stranger, ada, ben, administrator].map((caller) => outcomeOf(caller, field)),
    );
    rows.push({ coordinate: field.coordinate, outcomes: outcomes.map((outcome) => settled(field, outcome)) });
  }
  return rows;
}

/** Whether PostgreSQL has looked after a table by now is chance. */
const chance = ['TableSize.vacuumedAt', 'TableSize.analyzedAt'];

function settled({ coordinate }: AskedField, outcome: string): string {
  return chance.includes(coordinate) && /^(null|value)$/.test(outcome) ? 'null or value' : outcome;
}

/** Fields of the schema that are in no row. */
function missingFrom(rows: readonly Row[]): string[] {
  const asked = new Set(rows.map(({ coordinate }) => coordinate));
  return allCoordinates(schema).filter((coordinate) => !asked.has(coordinate));
}
