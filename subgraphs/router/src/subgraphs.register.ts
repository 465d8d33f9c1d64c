import { hash } from 'node:crypto';
import { mutation, userFaults, validInput } from '@kronos/subgraph';
import { parse } from 'graphql';
import { z } from 'zod';
import type { MutationSubgraphRegisterArgs, MutationSubgraphUnregisterArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { fault } from './faults.ts';

const address = 'Give an absolute address that begins with http:// or https://.';
const registrationSchema = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,59}$/, 'Give a name of 1 to 60 lower-case letters, digits and underscores.'),
  url: z.url({ protocol: /^https?$/, error: address }).max(2_000, 'Give at most 2000 characters.'),
  schema: z.string().max(1_000_000, 'Give at most a million characters.').nullish(),
});

/** Watches a subgraph that is not one of the graph's own. */
export const subgraphRegister = mutation(
  async (_parent: unknown, { input }: MutationSubgraphRegisterArgs, { db, loaders }: Context) => {
    const { name, url, schema } = validInput(registrationSchema, input);
    const known = await db.subgraph.findUnique({ where: { name } });
    if (known && !known.isRegistered) return userFaults(ofTheGraph(['input', 'name']));
    const data = { url, schemaHash: schema ? hashOf(schema) : null };
    const subgraph = await db.subgraph.upsert({
      where: { name },
      create: { name, isRegistered: true, ...data },
      update: data,
    });
    loaders.subgraph.clear(name).prime(name, subgraph);
    return { subgraph };
  },
);

/** Forgets a subgraph that was registered. */
export const subgraphUnregister = mutation(
  async (_parent: unknown, { name }: MutationSubgraphUnregisterArgs, { db, loaders }: Context) => {
    const subgraph = await db.subgraph.findUnique({ where: { name } });
    if (!subgraph) return userFaults(fault('NOT_FOUND', 'There is no subgraph of this name.', ['name']));
    if (!subgraph.isRegistered) return userFaults(ofTheGraph(['name']));
    await db.subgraph.deleteMany({ where: { name, isRegistered: true } });
    loaders.subgraph.clear(name);
    return { subgraph };
  },
);

const ofTheGraph = (field: string[]) =>
  fault('CONFLICT', 'supergraph.yaml names this subgraph: change it there.', field);

function hashOf(schema: string): string {
  try {
    parse(schema);
  } catch (error) {
    const message = `The schema is not GraphQL: ${(error as Error).message}`;
    return userFaults(fault('INVALID', message, ['input', 'schema']));
  }
  return hash('sha256', schema);
}
