import { type EdgeRules, type RouteParameter, withVersion } from '@kronos/edge-rules';
import type { PrismaClient } from '@kronos/prisma-router';
import { isGood } from './client-application.ts';

/** Everything that gateways enforce, as it was at one moment. */
export function readEdgeRules(db: PrismaClient): Promise<EdgeRules> {
  const byId = { orderBy: { id: 'asc' } } as const;
  return db.$transaction(
    async (tx) => {
      const policies = await tx.quotaPolicy.findMany(byId);
      const clients = await tx.clientApplication.findMany({
        ...byId,
        include: { keys: { where: isGood(), ...byId } },
      });
      const operations = await tx.persistedOperation.findMany(byId);
      const routes = await tx.route.findMany({ ...byId, include: { operation: { select: { hash: true } } } });
      const accessPolicies = await tx.accessPolicy.findMany({ orderBy: { name: 'asc' } });
      return withVersion({
        policies: policies.map(({ id, name, pointsPerMinute, burst, monthlyPoints, maxDepth, maxCost }) => ({
          id,
          name,
          pointsPerMinute,
          burst,
          monthlyPoints: monthlyPoints === null ? null : Number(monthlyPoints),
          maxDepth,
          maxCost,
        })),
        clients: clients.map(({ id, name, keys, quotaPolicyId, allowedOperations, isEnabled }) => ({
          id,
          name,
          keyHashes: keys.map(({ hash, expiresAt }) => ({
            hash,
            expiresAt: expiresAt?.toISOString() ?? null,
          })),
          policyId: quotaPolicyId,
          allowedOperations,
          isEnabled,
        })),
        operations: operations.map(({ hash, name, document, clientApplicationId }) => ({
          hash,
          name,
          document,
          clientId: clientApplicationId,
        })),
        routes: routes.map((route) => ({
          id: route.id,
          method: route.method,
          path: route.path,
          operationHash: route.operation.hash,
          parameters: route.parameters as unknown as RouteParameter[],
          requiredScopes: route.requiredScopes,
          policyId: route.quotaPolicyId,
          successStatus: route.successStatus,
          resultPath: route.resultPath,
          spelling: route.spelling,
          isEnabled: route.isEnabled,
          description: route.description,
        })),
        accessPolicies: accessPolicies.map(({ name, roles, scopes, clientIds }) => ({
          name,
          roles,
          scopes,
          clientIds,
        })),
      });
    },
    // All tables as they were at the same moment.
    { isolationLevel: 'RepeatableRead', maxWait: 5_000, timeout: 10_000 },
  );
}
