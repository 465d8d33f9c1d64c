import { join } from 'node:path';
import { commonEnvironment, postgresUrl, redisUrl, repositoryRoot } from '@kronos/service/environment';
import { z } from 'zod';

const count = (fallback: number) => {
  const expected = 'expected a whole number above 0';
  return z.coerce.number(expected).int(expected).positive(expected).default(fallback);
};

/** The variables of this domain; its port is read where it is opened. */
export const environmentShape = {
  ...commonEnvironment,
  ROUTER_DATABASE_URL: postgresUrl(),
  REDIS_URL: redisUrl(),
  KRONOS_SUPERGRAPH: z.string().default(join(repositoryRoot, 'supergraph.graphql')),
  /** Seconds between two looks at a supergraph that is a URL. */
  KRONOS_SUPERGRAPH_POLL_SECONDS: count(10),
  // What gateways take at most, so that no more is looked at here.
  KRONOS_MAX_TOKENS: count(15_000),
  KRONOS_MAX_DEPTH: count(30),
  KRONOS_MAX_ALIASES: count(200),
  KRONOS_MAX_ROOT_FIELDS: count(50),
  KRONOS_MAX_DIRECTIVES: count(200),
  KRONOS_MAX_COMPARISONS: count(100_000),
  /** Items of a list of which neither the graph nor the operation says how long it is. */
  KRONOS_LIST_SIZE_ASSUMED: count(10),
  /** The longest that planning one operation may take, in milliseconds. */
  KRONOS_PLANNING_TIMEOUT_MS: count(10_000),
  /** Milliseconds between two questions to each subgraph whether it is ready. */
  ROUTER_PROBE_INTERVAL_MS: count(5_000),
  /** How long a subgraph may take to answer that, in milliseconds. */
  ROUTER_PROBE_TIMEOUT_MS: count(2_000),
  /** Milliseconds between two looks at what has been used. */
  ROUTER_USAGE_INTERVAL_MS: count(2_000),
};
