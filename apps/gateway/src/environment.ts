import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  commaList,
  commonEnvironment,
  httpUrl,
  parseEnvironment,
  port,
  redisUrl,
  repositoryRoot,
} from '@kronos/service/environment';
import { StartError } from '@kronos/service/run-service';
import { z } from 'zod';
import { accessEnvironment } from './access/environment.ts';
import { cachingEnvironment } from './caching/environment.ts';
import { headersEnvironment } from './headers/environment.ts';
import { httpEnvironment } from './http/environment.ts';
import { limitsEnvironment } from './limits/environment.ts';
import { oauthEnvironment } from './oauth/environment.ts';
import { quotasEnvironment } from './quotas/environment.ts';
import { rulesEnvironment } from './rules/environment.ts';
import { storedEnvironment } from './stored/environment.ts';
import { trafficEnvironment } from './traffic/environment.ts';

const uiOrigins = [13008, 13009, 3000, 3001].map((number) => `http://localhost:${number}`);
const sandboxOrigins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

const count = (fallback: number) => {
  const expected = 'expected a whole number above 0';
  return z.coerce.number(expected).int(expected).positive(expected).default(fallback);
};

/** The variables that the gateway reads. */
export const gatewayEnvironment = {
  ...commonEnvironment,
  KRONOS_PORT: port().default(4000),
  KRONOS_SUPERGRAPH: z.string().default(join(repositoryRoot, 'supergraph.graphql')),
  /** Seconds between two looks at a supergraph that is a URL. */
  KRONOS_SUPERGRAPH_POLL_SECONDS: count(10),
  KRONOS_JWKS_URL: httpUrl().optional(),
  KRONOS_TOKEN_ISSUER: z.string().default('kronos'),
  KRONOS_TOKEN_AUDIENCE: z.string().default('kronos'),
  KRONOS_INTERNAL_KEY_FILE: z.string().optional(),
  KRONOS_CORS_ORIGINS: commaList().optional(),
  KRONOS_TRUST_PROXY: commaList().optional(),
  REDIS_URL: redisUrl().optional(),
  KRONOS_MAX_STREAMS: count(10_000),
  KRONOS_MAX_STREAMS_PER_CALLER: count(100),
  KRONOS_MAX_STREAMS_PER_ADDRESS: count(1_000),
  KRONOS_STREAM_HEARTBEAT_MS: count(10_000),
  ...httpEnvironment,
  ...accessEnvironment,
  ...oauthEnvironment,
  ...limitsEnvironment,
  ...trafficEnvironment,
  ...headersEnvironment,
  ...rulesEnvironment,
  ...quotasEnvironment,
  ...storedEnvironment,
  ...cachingEnvironment,
  /** Whether identical queries in flight are run once. */
  KRONOS_SHARE_QUERIES: z.stringbool('expected true or false').default(true),
  /** The longest that planning one operation may take, in milliseconds. */
  KRONOS_PLANNING_TIMEOUT_MS: count(10_000),
  /** Labels of `@override(from:, label:)` that are on. */
  KRONOS_OVERRIDE_LABELS: commaList().optional(),
};

/** What the gateway is configured with; every part is explained in the README. */
export type GatewayEnvironment = ReturnType<typeof parseGatewayEnvironment>;

/**
 * Parses the gateway's command line and environment; flags win.
 *
 * @param args the words after the command, e.g. `['--port', '4000']`
 * @throws EnvironmentError with every fault of the environment, StartError for unknown flags
 */
export function parseGatewayEnvironment(args: readonly string[], source: NodeJS.ProcessEnv) {
  const flags = parseFlags(args);
  const environment = parseEnvironment(gatewayEnvironment, {
    ...source,
    ...(flags.supergraph && { KRONOS_SUPERGRAPH: flags.supergraph }),
    ...(flags.port && { KRONOS_PORT: flags.port }),
  });
  const isProduction = environment.NODE_ENV === 'production';
  return {
    ...environment,
    isProduction,
    corsOrigins: environment.KRONOS_CORS_ORIGINS ?? [...uiOrigins, ...(isProduction ? [] : sandboxOrigins)],
    trustProxy: parseTrustProxy(environment.KRONOS_TRUST_PROXY),
    subgraphUrls: findSubgraphUrls(source),
  };
}

function parseFlags(args: readonly string[]) {
  try {
    const options = { supergraph: { type: 'string' }, port: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new StartError(
      `${(error as Error).message}\nUsage: main.ts [--supergraph <file or URL>] [--port <number>]`,
    );
  }
}

/** `true` trusts any proxy in front, a list those addresses or networks alone. */
function parseTrustProxy(list: string[] | undefined): boolean | string[] {
  if (!list || list[0] === 'false') return false;
  return list[0] === 'true' ? true : list;
}

/** `<NAME>_SUBGRAPH_URL` replaces a routing URL; which names are subgraphs is known once the supergraph is. */
function findSubgraphUrls(source: NodeJS.ProcessEnv): Record<string, string> {
  const urls: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    const subgraph = /^(.+)_SUBGRAPH_URL$/.exec(name)?.[1]?.toLowerCase();
    if (!subgraph || !value || !URL.canParse(value) || !/^https?:/.test(value)) continue;
    urls[subgraph.replaceAll('_', '-')] = value;
    urls[subgraph] = value;
  }
  return urls;
}
