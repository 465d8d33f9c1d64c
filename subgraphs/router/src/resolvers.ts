import type { Resolvers } from './__generated__/types.ts';
import { AccessPolicy, accessPolicies } from './access-policy.ts';
import { accessPolicyRemove, accessPolicySet } from './access-policy.write.ts';
import { ClientApplication, clientApplication, clientApplications } from './client-application.ts';
import {
  clientApplicationCreate,
  clientApplicationDisable,
  clientApplicationEnable,
  clientApplicationUpdate,
} from './client-application.write.ts';
import { clientKeyRotate } from './client-key.rotate.ts';
import { operationExplain } from './explain/operation-explain.ts';
import { Node, node, nodes } from './node.ts';
import { persistedOperationPublish, persistedOperationsPublish } from './persisted-operation.publish.ts';
import { persistedOperationRemove } from './persisted-operation.remove.ts';
import { PersistedOperation, persistedOperation, persistedOperations } from './persisted-operation.ts';
import { health } from './platform-health.ts';
import { QuotaPolicy, quotaPolicies } from './quota-policy.ts';
import {
  quotaPolicyAssign,
  quotaPolicyCreate,
  quotaPolicyDelete,
  quotaPolicyUpdate,
} from './quota-policy.write.ts';
import { rateLimit } from './rate-limit.ts';
import { Route, route, routes } from './route.ts';
import { routeCreate, routeDisable, routeEnable, routeUpdate } from './route.write.ts';
import { subgraphRegister, subgraphUnregister } from './subgraphs.register.ts';
import { Subgraph, subgraph, subgraphs } from './subgraphs.ts';
import { quotaThresholdReached, subgraphHealthChanged, supergraphUpdated } from './subscriptions.ts';
import { User } from './user.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: {
    node,
    nodes,
    health,
    subgraphs,
    subgraph,
    routes,
    route,
    quotaPolicies,
    clientApplications,
    clientApplication,
    persistedOperations,
    persistedOperation,
    accessPolicies,
    rateLimit,
    operationExplain,
  },
  Mutation: {
    routeCreate,
    routeUpdate,
    routeDisable,
    routeEnable,
    quotaPolicyCreate,
    quotaPolicyUpdate,
    quotaPolicyAssign,
    quotaPolicyDelete,
    clientApplicationCreate,
    clientApplicationUpdate,
    clientApplicationDisable,
    clientApplicationEnable,
    clientKeyRotate,
    persistedOperationPublish,
    persistedOperationsPublish,
    persistedOperationRemove,
    accessPolicySet,
    accessPolicyRemove,
    subgraphRegister,
    subgraphUnregister,
  },
  Subscription: { subgraphHealthChanged, quotaThresholdReached, supergraphUpdated },
  Node,
  Route,
  QuotaPolicy,
  ClientApplication,
  PersistedOperation,
  AccessPolicy,
  Subgraph,
  User,
};
