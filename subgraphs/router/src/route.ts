import type { RouteParameter } from '@kronos/edge-rules';
import type { Route as RouteRow } from '@kronos/prisma-router';
import { type Connection, connection, decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { QueryResolvers, RouteResolvers } from './__generated__/types.ts';
import { mayReadRules } from './access.rules.ts';
import { rootFieldOf } from './route.rules.ts';

/** Routes in pages. */
export const routes: QueryResolvers['routes'] = (_parent, args, { db }): Promise<Connection<RouteRow>> =>
  connection({ delegate: db.route, args, orderBy: [{ field: 'path', direction: 'ASC' }] });

/** One route. */
export const route: QueryResolvers['route'] = (_parent, { id }, { loaders }) =>
  loaders.route.load(decodeId('route', id));

export const Route: RouteResolvers = {
  __resolveReference: ({ id }, { loaders, viewer }) => {
    const routeId = mayReadRules(viewer) && tryDecodeId('route', id);
    return routeId ? loaders.route.load(routeId) : null;
  },
  id: ({ id }) => encodeId('route', id),
  legacyMethod: ({ method }) => method,
  legacyPath: ({ path }) => path,
  operation: async ({ operationId }, _args, { loaders }) => {
    const operation = await loaders.persistedOperation.load(operationId);
    return operation!;
  },
  operationName: async ({ operationId }, _args, { loaders }) => {
    const operation = await loaders.persistedOperation.load(operationId);
    return operation!.name;
  },
  subgraph: async ({ operationId }, _args, { loaders, graph }) => {
    const operation = await loaders.persistedOperation.load(operationId);
    const [type, field] = rootFieldOf(operation!.document) ?? [];
    const name = type && field && graph.current?.homeOf(type, field);
    return name ? loaders.subgraph.load(name) : null;
  },
  parameters: ({ parameters }) => parameters as unknown as RouteParameter[],
  quotaPolicy: ({ quotaPolicyId }, _args, { loaders }) =>
    quotaPolicyId ? loaders.quotaPolicy.load(quotaPolicyId) : null,
  enabled: ({ isEnabled }) => isEnabled,
};
