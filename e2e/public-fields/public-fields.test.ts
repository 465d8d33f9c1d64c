import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { expect, test } from 'vitest';
import type { Client } from '../kit/client.ts';
import { callOf } from './arguments.ts';
import { outcomeOf, outcomeOfMutation, outcomeOfSubscription } from './outcome.ts';
import { seed } from './seed.ts';
import { askedFields, unreachedTypes } from './walk.ts';

const supergraph = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');
const schema = buildSchema(supergraph, { assumeValidSDL: true });

const head = `What a stranger, Ada and another user get of each field, asked of what is Ada's.
value, null, or the code of the error; – where there is no object, and nobody says why.
Mutations: done, (the codes of user errors), or the code of the error. Subscriptions: open, or the code of the error.
A field that is public by mistake is a difference here. When it is meant: npx vitest run e2e/public-fields -u
`;

/** A line of the table, in columns. */
function line(coordinate: string, outcomes: readonly string[]): string {
  return [coordinate.padEnd(52), ...outcomes.map((outcome) => outcome.padEnd(22))].join(' ').trimEnd();
}

async function rows(type: GraphQLObjectType, ask: (name: string) => Promise<string[]>): Promise<string[]> {
  const lines: string[] = [];
  for (const name of Object.keys(type.getFields())) lines.push(line(`${type.name}.${name}`, await ask(name)));
  return lines;
}

test('of each field everybody gets what the table says', async () => {
  const { stranger, ada, grace, ids, adaAgain } = await seed();
  const callers: readonly Client[] = [stranger, ada, grace];
  const table: string[] = [head, line('', ['stranger', 'Ada', 'Grace'])];
  for (const field of askedFields(schema, ids)) {
    const outcomes: string[] = [];
    for (const caller of callers) outcomes.push(await outcomeOf(caller, field));
    table.push(line(field.coordinate, outcomes));
  }

  const subscriptions = schema.getSubscriptionType()!;
  table.push(
    '',
    ...(await rows(subscriptions, async (name) => {
      const call = callOf(subscriptions.name, subscriptions.getFields()[name]!, ids);
      return Promise.all(callers.map((caller) => outcomeOfSubscription(caller, call)));
    })),
  );

  // Last, because Ada's change what is there, and end her sessions.
  const mutations = schema.getMutationType()!;
  table.push(
    '',
    ...(await rows(mutations, async (name) => {
      const call = () => callOf(mutations.name, mutations.getFields()[name]!, ids);
      const outcomes: Record<string, string> = {};
      for (const [who, caller] of [
        ['stranger', stranger],
        ['grace', grace],
        ['ada', await adaAgain()],
      ] as const) {
        outcomes[who] = await outcomeOfMutation(caller, name, call());
      }
      return [outcomes.stranger!, outcomes.ada!, outcomes.grace!];
    })),
  );

  table.push('', 'Given by mutations and subscriptions alone:', ...unreachedTypes(schema).sort());
  await expect(`${table.join('\n')}\n`).toMatchFileSnapshot('./public-fields.txt');
}, 300_000);
