import { pathPattern, type RouteMethod, type RouteParameter, type RouteSpelling } from '@kronos/edge-rules';
import type { PersistedOperation, Prisma, Route } from '@kronos/prisma-router';
import { mutation, newId, userFaults, validInput } from '@kronos/subgraph';
import type { GraphQLSchema } from 'graphql';
import type {
  MutationRouteCreateArgs,
  MutationRouteDisableArgs,
  MutationRouteEnableArgs,
  MutationRouteUpdateArgs,
} from './__generated__/types.ts';
import { announceRules } from './announce.ts';
import type { Context } from './context.ts';
import { fault, noSuchOperation, noSuchPolicy, noSuchRoute, orFault } from './faults.ts';
import { load } from './load.ts';
import { parameterFaults, toParameters } from './route.parameters.ts';
import { operationFaults, readOperation, readPath, routeChangesShape, routeShape } from './route.rules.ts';

const refusals = {
  taken: fault(
    'CONFLICT',
    'Another route answers the same requests: change that one, or choose another path.',
    ['input', 'legacyPath'],
  ),
  reference: noSuchOperation(['input', 'operationId']),
};

/** Makes a route. */
export const routeCreate = mutation(
  async (_parent: unknown, { input }: MutationRouteCreateArgs, context: Context) => {
    const { legacyMethod, legacyPath, ...values } = validInput(routeShape, input);
    const data = toRow(
      {
        ...values,
        method: legacyMethod,
        path: legacyPath,
        parameters: toParameters(input.parameters ?? []),
        ...(await findReferences(input, context)),
      },
      context.graph.require().schema,
    );
    const write = context.db.$transaction(async (tx) => {
      await announceRules(tx, 'ROUTE');
      return tx.route.create({ data: { id: newId(), ...data } });
    });
    return { route: await orFault(write, refusals) };
  },
);

/** Changes a route. */
export const routeUpdate = mutation(
  async (_parent: unknown, { id, input }: MutationRouteUpdateArgs, context: Context) => {
    const { loaders } = context;
    const before = await load(loaders.route, 'route', id);
    if (!before) return userFaults(noSuchRoute(['id']));
    const { legacyMethod, legacyPath, ...changes } = validInput(routeChangesShape, input);
    const references = await findReferences(input, context);
    const data = toRow(
      {
        ...before,
        ...changes,
        method: legacyMethod ?? before.method,
        path: legacyPath ?? before.path,
        parameters: input.parameters
          ? toParameters(input.parameters)
          : (before.parameters as unknown as RouteParameter[]),
        quotaPolicyId: input.quotaPolicyId === undefined ? before.quotaPolicyId : references.quotaPolicyId,
        operation: references.operation ?? (await loaders.persistedOperation.load(before.operationId)),
      },
      context.graph.require().schema,
    );
    return save(before, { ...data, seedHash: null }, context);
  },
);

/** Takes a route out of service. */
export const routeDisable = mutation((_parent: unknown, { id }: MutationRouteDisableArgs, context: Context) =>
  setEnabled(id, false, context),
);

/** Takes a route into service again. */
export const routeEnable = mutation((_parent: unknown, { id }: MutationRouteEnableArgs, context: Context) =>
  setEnabled(id, true, context),
);

async function setEnabled(id: string, isEnabled: boolean, context: Context): Promise<{ route: Route }> {
  const before = await load(context.loaders.route, 'route', id);
  if (!before) return userFaults(noSuchRoute(['id']));
  if (before.isEnabled === isEnabled) return { route: before };
  return save(before, { isEnabled, seedHash: null }, context);
}

async function save(
  before: Route,
  data: Prisma.RouteUncheckedUpdateInput,
  { db, loaders }: Context,
): Promise<{ route: Route }> {
  const write = db.$transaction(async (tx) => {
    await announceRules(tx, 'ROUTE');
    return tx.route.update({ where: { id: before.id }, data });
  });
  const route = await orFault(write, refusals);
  loaders.route.clear(route.id).prime(route.id, route);
  return { route };
}

/** The operation and the policy that an input names; what it does not name is null. */
async function findReferences(
  input: { operationId?: string | null; quotaPolicyId?: string | null },
  { loaders }: Context,
): Promise<{ operation: PersistedOperation | null; quotaPolicyId: string | null }> {
  const { operationId, quotaPolicyId } = input;
  const operation = operationId
    ? await load(loaders.persistedOperation, 'persisted_operation', operationId)
    : null;
  const policy = quotaPolicyId ? await load(loaders.quotaPolicy, 'quota_policy', quotaPolicyId) : null;
  const faults = [
    ...(operationId && !operation ? [noSuchOperation(['input', 'operationId'])] : []),
    ...(quotaPolicyId && !policy ? [noSuchPolicy(['input', 'quotaPolicyId'])] : []),
  ];
  if (faults.length > 0) return userFaults(faults);
  return { operation, quotaPolicyId: policy?.id ?? null };
}

/** A route as a whole. */
interface Definition {
  method: RouteMethod;
  path: string;
  description: string;
  operation: PersistedOperation | null;
  parameters: RouteParameter[];
  requiredScopes: string[];
  quotaPolicyId: string | null;
  successStatus: number;
  resultPath: string | null;
  spelling: RouteSpelling;
}

/** The row of a route; what stands against it ends the mutation. */
function toRow(definition: Definition, schema: GraphQLSchema) {
  const { method, path, description, operation, parameters, requiredScopes, quotaPolicyId } = definition;
  const { successStatus, resultPath, spelling } = definition;
  if (!operation) return userFaults(noSuchOperation(['input', 'operationId']));
  const { segments, faults } = readPath(path);
  const parsed = readOperation(operation.document);
  faults.push(...operationFaults(method, parsed, resultPath, schema));
  if (faults.length === 0)
    faults.push(...parameterFaults(parameters, { method, segments, operation: parsed.operation, schema }));
  if (faults.length > 0) return userFaults(faults);
  return {
    method,
    path,
    pathPattern: pathPattern(segments),
    description,
    operationId: operation.id,
    parameters: parameters as Prisma.InputJsonArray,
    requiredScopes,
    quotaPolicyId,
    successStatus,
    resultPath,
    spelling,
  };
}
