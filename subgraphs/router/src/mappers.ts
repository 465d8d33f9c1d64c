import type {
  AccessPolicy,
  ClientApplication,
  ClientKey,
  PersistedOperation,
  QuotaPolicy,
  Route,
  Subgraph,
} from '@kronos/prisma-router';
import type { Connection } from '@kronos/subgraph';
import type { FoundNode } from './node.ts';
import type { Usage } from './usage/load-usage.ts';

// What resolvers hand on for each type of the SDL; codegen reads the names.
export type RouteMapper = Route;
export type RouteConnectionMapper = Connection<Route>;
export type QuotaPolicyMapper = QuotaPolicy;
export type ClientApplicationMapper = ClientApplication;
export type ClientApplicationConnectionMapper = Connection<ClientApplication>;
export type ClientKeyMapper = ClientKey;
export type PersistedOperationMapper = PersistedOperation;
export type PersistedOperationConnectionMapper = Connection<PersistedOperation>;
export type AccessPolicyMapper = AccessPolicy;
export type SubgraphMapper = Subgraph;
export type QuotaUsageMapper = Usage;
export type NodeMapper = FoundNode;
/** All that this domain knows of a person: their UUID. */
export type UserMapper = { id: string };
