import { mutation, newId, tryDecodeId, userFaults, validInput } from '@kronos/subgraph';
import type {
  MutationQuotaPolicyAssignArgs,
  MutationQuotaPolicyCreateArgs,
  MutationQuotaPolicyDeleteArgs,
  MutationQuotaPolicyUpdateArgs,
} from './__generated__/types.ts';
import { announceRules } from './announce.ts';
import type { Context } from './context.ts';
import { fault, noSuchClient, noSuchPolicy, orFault } from './faults.ts';
import { load } from './load.ts';
import { isPermanent, policyCreateSchema, policyFaults, policyUpdateSchema } from './quota-policy.rules.ts';

const nameTaken = fault('CONFLICT', 'There is a quota policy of this name already.', ['input', 'name']);
const permanentName = fault('CONFLICT', 'Gateways choose this policy by its name: leave the name as it is.', [
  'input',
  'name',
]);
const inUse = fault(
  'QUOTA_POLICY_IN_USE',
  'Client applications or routes have this policy: give them another one first.',
  ['id'],
);
const permanent = fault('CONFLICT', 'This policy always exists: change its numbers instead.', ['id']);

/** Makes a quota policy. */
export const quotaPolicyCreate = mutation(
  async (_parent: unknown, { input }: MutationQuotaPolicyCreateArgs, { db }: Context) => {
    const data = validInput(policyCreateSchema, input);
    const faults = policyFaults(data);
    if (faults.length > 0) userFaults(faults);

    const write = db.$transaction(async (tx) => {
      await announceRules(tx, 'POLICY');
      return tx.quotaPolicy.create({ data: { id: newId(), ...data } });
    });
    const quotaPolicy = await orFault(write, { taken: nameTaken });
    return { quotaPolicy };
  },
);

/** Changes a quota policy. */
export const quotaPolicyUpdate = mutation(
  async (_parent: unknown, { id, input }: MutationQuotaPolicyUpdateArgs, { db, loaders }: Context) => {
    const policyId = tryDecodeId('quota_policy', id);
    if (!policyId) return userFaults(noSuchPolicy(['id']));
    const changes = validInput(policyUpdateSchema, input);

    const write = db.$transaction(async (tx) => {
      // Of two changes at once, each of which would be right by itself, the second sees the first.
      await tx.$executeRaw`SELECT 1 FROM quota_policy WHERE id = ${policyId}::uuid FOR NO KEY UPDATE`;
      const before = await tx.quotaPolicy.findUnique({ where: { id: policyId } });
      if (!before) return userFaults(noSuchPolicy(['id']));
      const isRenamed = changes.name !== undefined && changes.name !== before.name;
      if (isRenamed && isPermanent(before.name)) return userFaults(permanentName);
      const faults = policyFaults({ ...before, ...changes });
      if (faults.length > 0) return userFaults(faults);

      await announceRules(tx, 'POLICY');
      return tx.quotaPolicy.update({ where: { id: policyId }, data: { ...changes, seedHash: null } });
    });
    const quotaPolicy = await orFault(write, { taken: nameTaken });
    loaders.quotaPolicy.clear(policyId).prime(policyId, quotaPolicy);
    return { quotaPolicy };
  },
);

/** Gives a client application another policy. */
export const quotaPolicyAssign = mutation(
  async (_parent: unknown, { input }: MutationQuotaPolicyAssignArgs, { db, loaders }: Context) => {
    const client = await load(loaders.clientApplication, 'client_application', input.clientApplicationId);
    const policy = await load(loaders.quotaPolicy, 'quota_policy', input.quotaPolicyId);
    if (!client || !policy)
      return userFaults([
        ...(client ? [] : [noSuchClient(['input', 'clientApplicationId'])]),
        ...(policy ? [] : [noSuchPolicy(['input', 'quotaPolicyId'])]),
      ]);

    const write = db.$transaction(async (tx) => {
      await announceRules(tx, 'CLIENT');
      return tx.clientApplication.update({ where: { id: client.id }, data: { quotaPolicyId: policy.id } });
    });
    const clientApplication = await orFault(write, {
      reference: noSuchPolicy(['input', 'quotaPolicyId']),
    });
    loaders.clientApplication.clear(client.id).prime(client.id, clientApplication);
    return { clientApplication };
  },
);

/** Deletes a policy that nobody has. */
export const quotaPolicyDelete = mutation(
  async (_parent: unknown, { id }: MutationQuotaPolicyDeleteArgs, { db, loaders }: Context) => {
    const policy = await load(loaders.quotaPolicy, 'quota_policy', id);
    if (!policy) return userFaults(noSuchPolicy(['id']));
    if (isPermanent(policy.name)) return userFaults(permanent);

    const write = db.$transaction(async (tx) => {
      await announceRules(tx, 'POLICY');
      return tx.quotaPolicy.deleteMany({ where: { id: policy.id } });
    });
    const { count } = await orFault(write, { reference: inUse });
    if (count === 0) return userFaults(noSuchPolicy(['id']));
    loaders.quotaPolicy.clear(policy.id);
    return { quotaPolicy: policy };
  },
);
