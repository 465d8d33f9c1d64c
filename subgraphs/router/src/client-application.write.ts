import { defaultPolicies } from '@kronos/edge-rules';
import type { ClientApplication } from '@kronos/prisma-router';
import { decodeId, mutation, newId, userFaults, validInput } from '@kronos/subgraph';
import type {
  MutationClientApplicationCreateArgs,
  MutationClientApplicationDisableArgs,
  MutationClientApplicationEnableArgs,
  MutationClientApplicationUpdateArgs,
} from './__generated__/types.ts';
import { announceRules } from './announce.ts';
import { clientCreateSchema, clientUpdateSchema } from './client-application.rules.ts';
import { createKey } from './client-key.ts';
import { type Context, viewerOf } from './context.ts';
import { fault, noSuchClient, noSuchPolicy, orFault } from './faults.ts';
import { load } from './load.ts';

const nameTaken = fault('CONFLICT', 'There is a client application of this name already.', ['input', 'name']);

/** Makes a client application, and its first key. */
export const clientApplicationCreate = mutation(
  async (_parent: unknown, { input }: MutationClientApplicationCreateArgs, context: Context) => {
    const { db, loaders } = context;
    const data = validInput(clientCreateSchema, input);
    const ownerId = input.ownerId ? decodeId('user', input.ownerId) : viewerOf(context).userId;
    const policy = input.quotaPolicyId
      ? await load(loaders.quotaPolicy, 'quota_policy', input.quotaPolicyId)
      : await db.quotaPolicy.findUnique({ where: { name: defaultPolicies.service.name } });
    if (!policy) return userFaults(noSuchPolicy(['input', 'quotaPolicyId']));

    const { secret, row } = createKey();
    const write = db.$transaction(async (tx) => {
      await announceRules(tx, 'CLIENT');
      return tx.clientApplication.create({
        data: { id: newId(), ...data, ownerId, quotaPolicyId: policy.id, keys: { create: row } },
      });
    });
    const refusals = { taken: nameTaken, reference: noSuchPolicy(['input', 'quotaPolicyId']) };
    return { clientApplication: await orFault(write, refusals), secret };
  },
);

/** Changes a client application. */
export const clientApplicationUpdate = mutation(
  async (_parent: unknown, { id, input }: MutationClientApplicationUpdateArgs, context: Context) => {
    const changes = validInput(clientUpdateSchema, input);
    const owner =
      input.ownerId === undefined ? {} : { ownerId: input.ownerId && decodeId('user', input.ownerId) };
    return change(id, { ...changes, ...owner }, context);
  },
);

/** Refuses an application's keys. */
export const clientApplicationDisable = mutation(
  (_parent: unknown, { id }: MutationClientApplicationDisableArgs, context: Context) =>
    change(id, { isEnabled: false }, context),
);

/** Takes an application's keys again. */
export const clientApplicationEnable = mutation(
  (_parent: unknown, { id }: MutationClientApplicationEnableArgs, context: Context) =>
    change(id, { isEnabled: true }, context),
);

type Changes = Partial<Pick<ClientApplication, 'name' | 'ownerId' | 'allowedOperations' | 'isEnabled'>>;

async function change(
  id: string,
  data: Changes,
  { db, loaders }: Context,
): Promise<{ clientApplication: ClientApplication }> {
  const client = await load(loaders.clientApplication, 'client_application', id);
  if (!client) return userFaults(noSuchClient(['id']));
  const write = db.$transaction(async (tx) => {
    await announceRules(tx, 'CLIENT');
    return tx.clientApplication.update({ where: { id: client.id }, data });
  });
  const clientApplication = await orFault(write, { taken: nameTaken });
  loaders.clientApplication.clear(client.id).prime(client.id, clientApplication);
  return { clientApplication };
}
