import { badUserInput, notFound, tryDecodeId } from '@kronos/subgraph';
import type { GraphQLResolveInfo } from 'graphql';
import type { NodeResolvers, QueryNodeArgs, QueryNodesArgs } from './__generated__/types.ts';
import { mayReadRules } from './access.rules.ts';
import { findClient } from './client-application.ts';
import type { Context } from './context.ts';
import { prefixOf, typesByPrefix } from './node.rules.ts';

/** Something with an id, as far as this domain knows it. */
export interface FoundNode {
  __typename: string;
  /** A UUID for the types of this domain and for people, a TypeID for all others. */
  id: string;
}

const mostIds = 100;

/** Whatever has an id. */
export async function node(
  _parent: unknown,
  { id }: QueryNodeArgs,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<FoundNode> {
  const found = await findNode(id, context, info);
  if (!found) throw notFound('There is nothing of this id.');
  return found;
}

/** Whatever has these ids, null for each that nothing has. */
export function nodes(
  _parent: unknown,
  { ids }: QueryNodesArgs,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<(FoundNode | null)[]> {
  if (ids.length > mostIds)
    throw badUserInput(`Ask for at most ${mostIds} ids at once, not for ${ids.length}.`);
  return Promise.all(ids.map((id) => findNode(id, context, info)));
}

// Names that the schema has: they come from it.
export const Node: NodeResolvers = { __resolveType: ({ __typename }) => __typename as never };

async function findNode(
  id: string,
  context: Context,
  { schema }: GraphQLResolveInfo,
): Promise<FoundNode | null> {
  const prefix = prefixOf(id);
  const typeName = typesByPrefix(schema).get(prefix);
  const uuid = tryDecodeId(prefix, id);
  if (typeName === undefined || uuid === null) return null;
  const find = ownTypes[typeName];
  // Whether there is such a thing elsewhere, and for whom, its own subgraph says.
  if (!find) return { __typename: typeName, id };
  const row = await find(uuid, context);
  return row && { ...row, __typename: typeName };
}

/** The types of this domain, each with how one is found by its id (a UUID), for those who may see it. */
const ownTypes: Record<string, (uuid: string, context: Context) => Promise<{ id: string } | null>> = {
  Route: (id, { loaders, viewer }) => (mayReadRules(viewer) ? loaders.route.load(id) : nothing),
  QuotaPolicy: (id, { loaders, viewer }) => (mayReadRules(viewer) ? loaders.quotaPolicy.load(id) : nothing),
  PersistedOperation: (id, { loaders, viewer }) =>
    mayReadRules(viewer) ? loaders.persistedOperation.load(id) : nothing,
  ClientApplication: findClient,
  User: async (id) => ({ id }),
};

const nothing = Promise.resolve(null);
