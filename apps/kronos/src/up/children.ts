import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';
import { supergraphFile } from '../compose/compose.ts';
import { gatewayName, type Subgraph, variablePrefix } from '../domains.ts';
import { mainFile } from '../processes/command.ts';
import { deadline } from '../processes/deadline.ts';
import { httpGet } from '../processes/http.ts';
import type { PartDefinition } from '../processes/part.ts';
import type { InternalKeyFiles } from './internal-keys.ts';

/** What the processes of Kronos itself are told. */
export interface ChildOptions {
  /** The supervisor's own environment, which the user's settings for the gateway and the subgraphs are in. */
  environment: NodeJS.ProcessEnv;
  home: string;
  subgraphs: readonly Subgraph[];
  ports: Record<string, number>;
  databaseUrls: Record<string, string>;
  /** Of the role that looks after all of them. */
  operatorUrl: string | undefined;
  redisUrl: string;
  keys: InternalKeyFiles;
  gateway: { host: string; port: number };
  /** The server that takes mail, with its password; undefined when there is none. */
  smtpUrl: string | undefined;
  /** Where people and clients find the gateway, unless KRONOS_PUBLIC_URL says otherwise. */
  publicUrl: string;
}

// By it a part gives back what its start has needed. A small young generation would, too, but costs a third to a half of what a
// process under load can do. The C library makes a heap per thread otherwise.
const collectable = '--expose-gc';
const oneHeap = { MALLOC_ARENA_MAX: '1' };

/** The process that hosts all subgraphs. */
export function subgraphsPart(options: ChildOptions): PartDefinition {
  const args = [mainFile, 'serve', ...namesOf(options)];
  return nodePart('subgraphs', 'The subgraph host', args, subgraphOrigins(options), forSubgraphs(options));
}

/** The gateway's process. */
export function gatewayPart(options: ChildOptions): PartDefinition {
  const args = [join(repositoryRoot, 'apps/gateway/src/main.ts')];
  return nodePart('gateway', 'The gateway', args, [gatewayOrigin(options)], forGateway(options));
}

/** One process that is both. It has the secrets of both, too. */
export function graphPart(options: ChildOptions): PartDefinition {
  const args = [mainFile, 'serve', gatewayName, ...namesOf(options)];
  const origins = [...subgraphOrigins(options), gatewayOrigin(options)];
  const environment = { ...forSubgraphs(options), ...forGateway(options) };
  return nodePart('graph', 'The gateway with the subgraphs', args, origins, environment);
}

function namesOf({ subgraphs }: ChildOptions): string[] {
  return subgraphs.map(({ name }) => name);
}

function subgraphOrigins({ ports }: ChildOptions): string[] {
  return Object.values(ports).map((port) => `http://127.0.0.1:${port}`);
}

function gatewayOrigin({ gateway }: ChildOptions): string {
  return `http://${connectableHost(gateway.host)}:${gateway.port}`;
}

function forSubgraphs(options: ChildOptions): NodeJS.ProcessEnv {
  const ports = namesOf(options).map((name) => [`${variablePrefix(name)}_PORT`, String(options.ports[name])]);
  return {
    ...withoutSecrets(options.environment),
    ...databaseVariables(options.databaseUrls),
    ...(options.operatorUrl && { KRONOS_OPERATOR_DATABASE_URL: options.operatorUrl }),
    ...Object.fromEntries(ports),
    // The router asks all of them how they are, and judges operations by the graph that the gateway serves.
    ...subgraphUrls(options),
    KRONOS_SUPERGRAPH: options.environment.KRONOS_SUPERGRAPH || supergraphFile(),
    KRONOS_HOME: options.home,
    // Only the gateway is for others to reach.
    KRONOS_HOST: '127.0.0.1',
    KRONOS_INTERNAL_JWKS_FILE: options.keys.jwksFile,
    KRONOS_PUBLIC_URL: options.environment.KRONOS_PUBLIC_URL || options.publicUrl,
    // The cache domain runs queries to warm the cache.
    KRONOS_GATEWAY_URL: options.environment.KRONOS_GATEWAY_URL || `${gatewayOrigin(options)}/graphql`,
    REDIS_URL: options.redisUrl,
    SMTP_URL: options.smtpUrl,
  };
}

function forGateway(options: ChildOptions): NodeJS.ProcessEnv {
  const { environment, gateway, ports } = options;
  const edgeRules = ports.router && `http://127.0.0.1:${ports.router}/edge-rules`;
  const oauth = ports.auth && `http://127.0.0.1:${ports.auth}`;
  const apiTokens = ports.auth && `http://127.0.0.1:${ports.auth}/api-tokens/exchange`;
  const keySource = ports.auth && `http://127.0.0.1:${ports.auth}/.well-known/jwks.json`;
  return {
    ...withoutSecrets(withoutMasterKeys(environment)),
    ...subgraphUrls(options),
    KRONOS_HOME: options.home,
    KRONOS_HOST: gateway.host,
    KRONOS_PORT: String(gateway.port),
    KRONOS_SUPERGRAPH: environment.KRONOS_SUPERGRAPH || supergraphFile(),
    KRONOS_JWKS_URL: environment.KRONOS_JWKS_URL || keySource || '',
    KRONOS_INTERNAL_KEY_FILE: options.keys.privateKeyFile,
    KRONOS_PUBLIC_URL: environment.KRONOS_PUBLIC_URL || options.publicUrl,
    KRONOS_OAUTH_URL: environment.KRONOS_OAUTH_URL || oauth || '',
    KRONOS_API_TOKENS_URL: environment.KRONOS_API_TOKENS_URL || apiTokens || '',
    KRONOS_EDGE_RULES_URL: environment.KRONOS_EDGE_RULES_URL || edgeRules || '',
    REDIS_URL: options.redisUrl,
  };
}

/** `<NAME>_SUBGRAPH_URL` for each subgraph. */
function subgraphUrls({ subgraphs, ports }: ChildOptions): Record<string, string> {
  return Object.fromEntries(
    subgraphs.map(({ name, routingUrl }) => [
      `${variablePrefix(name)}_SUBGRAPH_URL`,
      `http://127.0.0.1:${ports[name]}${new URL(routingUrl).pathname}`,
    ]),
  );
}

/** `<DOMAIN>_DATABASE_URL` for each domain. */
export function databaseVariables(databaseUrls: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(databaseUrls).map(([domain, url]) => [`${variablePrefix(domain)}_DATABASE_URL`, url]),
  );
}

/** An address at which a listener on `host` is reached from this machine. */
export function connectableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

// A process gets no secret that it does not need.
function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSecret = /^(.*_)?DATABASE_URL$|^KRONOS_ADMIN_|^SMTP_URL$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSecret.test(name)));
}

// The gateway opens nothing that is sealed.
function withoutMasterKeys({ KRONOS_MASTER_KEYS: _secret, ...others }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return others;
}

function nodePart(
  name: string,
  title: string,
  args: readonly string[],
  urls: readonly string[],
  environment: NodeJS.ProcessEnv,
): PartDefinition {
  const { NODE_COMPILE_CACHE: cache } = environment;
  // Compiled code is for the flags that it was compiled with.
  const env = { ...oneHeap, ...environment, ...(cache && { NODE_COMPILE_CACHE: `${cache}-parts` }) };
  return {
    name,
    title,
    // Its own process group keeps Ctrl-C from it; the channel ends it when the supervisor is killed.
    spawn: () =>
      spawn(process.execPath, [collectable, ...args], {
        env,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        detached: true,
      }),
    ready: async (signal) => {
      const isAlive = async (url: string) => (await httpGet(`${url}/health`)).status === 200;
      const isUp = await deadline(
        60_000,
        async () => (await Promise.all(urls.map(isAlive))).every(Boolean),
        signal,
      );
      if (!isUp) throw new Error(`${title} did not answer in time.`);
    },
    stopSignal: 'SIGTERM',
    patienceMs: 10_000,
  };
}
