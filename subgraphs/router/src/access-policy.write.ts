import { mutation, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationAccessPolicyRemoveArgs, MutationAccessPolicySetArgs } from './__generated__/types.ts';
import { announceRules } from './announce.ts';
import type { Context } from './context.ts';
import { fault, noSuchClient } from './faults.ts';
import { load } from './load.ts';

const words = (what: string) =>
  z
    .array(
      z.string().trim().min(1, `Give no empty ${what}.`).max(100, `A ${what} has at most 100 characters.`),
    )
    .max(100, `Give at most 100 ${what}s.`)
    .transform((values) => [...new Set(values)]);

const policySchema = z.object({
  name: z
    .string()
    .trim()
    .min(1, 'Give the name by which @policy asks.')
    .max(100, 'Give a name of at most 100 characters.'),
  roles: words('role'),
  scopes: words('scope'),
  clientIds: z.array(z.string()).max(100, 'Give at most 100 client applications.'),
});

/** Says who satisfies a policy. */
export const accessPolicySet = mutation(
  async (_parent: unknown, { input }: MutationAccessPolicySetArgs, { db, loaders }: Context) => {
    const { clientIds: given, ...policy } = validInput(policySchema, input);
    const clients = await Promise.all(
      given.map((id) => load(loaders.clientApplication, 'client_application', id)),
    );
    const unknown = clients.indexOf(null);
    if (unknown >= 0) return userFaults(noSuchClient(['input', 'clientIds', String(unknown)]));

    const clientIds = [...new Set(clients.map((client) => client!.id))];
    const accessPolicy = await db.$transaction(async (tx) => {
      await announceRules(tx, 'ACCESS_POLICY');
      return tx.accessPolicy.upsert({
        where: { name: policy.name },
        create: { ...policy, clientIds },
        update: { ...policy, clientIds },
      });
    });
    return { accessPolicy };
  },
);

/** Lets nobody satisfy a policy any more. */
export const accessPolicyRemove = mutation(
  async (_parent: unknown, { name }: MutationAccessPolicyRemoveArgs, { db }: Context) => {
    const accessPolicy = await db.$transaction(async (tx) => {
      const known = await tx.accessPolicy.findUnique({ where: { name } });
      if (!known) return userFaults(fault('NOT_FOUND', 'There is no access policy of this name.', ['name']));
      await announceRules(tx, 'ACCESS_POLICY');
      await tx.accessPolicy.deleteMany({ where: { name } });
      return known;
    });
    return { accessPolicy };
  },
);
