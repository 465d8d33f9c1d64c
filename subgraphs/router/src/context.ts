import type { EventLog } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-router';
import type { Quotas } from '@kronos/quotas';
import { type RequestContext, unauthenticated, type Viewer } from '@kronos/subgraph';
import type { ExplainSettings } from './explain/operation-explain.ts';
import type { Planner } from './explain/planner.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { GraphHolder } from './supergraph/hold-graph.ts';

/** What the process has once, for all requests. */
export interface Dependencies {
  db: PrismaClient;
  log: EventLog;
  /** The composed graph, by which operations are judged. */
  graph: GraphHolder;
  explain: ExplainSettings;
  planner: Planner;
  quotas: Pick<Quotas, 'read'>;
}

/** What every resolver of this domain works with. */
export interface Context extends RequestContext, Dependencies {
  loaders: Loaders;
}

/** The context of one request, or of one event of a subscription. */
export function createContext(dependencies: Dependencies, request: RequestContext): Context {
  return { ...request, ...dependencies, loaders: createLoaders(dependencies.db) };
}

/**
 * The viewer of a field that the schema keeps from anonymous callers.
 *
 * @throws UNAUTHENTICATED when there is none all the same
 */
export function viewerOf({ viewer }: Pick<RequestContext, 'viewer'>): Viewer {
  if (!viewer) throw unauthenticated();
  return viewer;
}
