import { fileURLToPath } from 'node:url';

export interface GatewayOptions {
  supergraphFile: string;
  port: number;
  /** Where the keys of the bench's own tokens are. */
  jwksUrl: string;
  internalKeyFile: string;
}

/** One way to serve the supergraph, as a process of its own. */
export interface Gateway {
  name: string;
  title: string;
  /** Whether it lives in bench/peers, which is installed when it is first measured. */
  isPeer?: boolean;
  /** Whether the subgraphs live in its process, so that its CPU is theirs, too. */
  hostsSubgraphs?: boolean;
  /** Whether requests carry an access token. */
  withToken?: boolean;
  /** Further headers of its requests. */
  headers?: Record<string, string>;
  /** The form in which a request's body is sent; as it is when omitted. */
  toSent?(body: string): string;
  start(options: GatewayOptions): { args: string[]; env?: Record<string, string> };
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const apollo = file('./apollo.ts');
const engine = file('./engine.ts');
const kronos = file('../../../apps/gateway/src/main.ts');
const kronosLocal = file('./kronos-local.ts');
const hive = file('../../peers/node_modules/@graphql-hive/gateway/dist/bin.js');

const options = ({ supergraphFile, port }: GatewayOptions) => [
  '--supergraph',
  supergraphFile,
  '--port',
  String(port),
];
const hiveArgs = ({ supergraphFile, port }: GatewayOptions) => [
  hive,
  'supergraph',
  supergraphFile,
  '--host',
  '127.0.0.1',
  '--port',
  String(port),
];
const unshared = { KRONOS_SHARE_QUERIES: 'false' };
const identity = ({ jwksUrl, internalKeyFile }: GatewayOptions) => ({
  KRONOS_JWKS_URL: jwksUrl,
  KRONOS_INTERNAL_KEY_FILE: internalKeyFile,
});

/** The one that the others are compared to. */
export const reference: Gateway = {
  name: 'apollo',
  title: 'plain @apollo/gateway + @apollo/server',
  start: (given) => ({ args: [apollo, ...options(given)], env: { APOLLO_TELEMETRY_DISABLED: 'true' } }),
};

/** Every gateway that is measured. */
export const gateways: readonly Gateway[] = [
  reference,
  {
    name: 'hive',
    title: 'Hive Gateway',
    isPeer: true,
    start: (given) => ({ args: hiveArgs(given) }),
  },
  {
    name: 'hive-rust',
    title: 'Hive Gateway, Rust planner',
    isPeer: true,
    start: (given) => ({ args: [...hiveArgs(given), '--hive-router-runtime'] }),
  },
  {
    name: 'engine',
    title: 'our engine alone on node:http',
    start: (given) => ({ args: [engine, ...options(given)] }),
  },
  {
    name: 'ours',
    title: 'Kronos',
    start: (given) => ({ args: [kronos, ...options(given)], env: unshared }),
  },
  {
    name: 'ours-local',
    title: 'Kronos with the subgraphs in its process',
    hostsSubgraphs: true,
    start: (given) => ({ args: [kronosLocal, ...options(given)], env: unshared }),
  },
  {
    name: 'ours-token',
    title: 'Kronos, access and internal tokens',
    withToken: true,
    start: (given) => ({ args: [kronos, ...options(given)], env: { ...unshared, ...identity(given) } }),
  },
  {
    name: 'ours-sharing',
    title: 'Kronos, sharing identical queries in flight',
    start: (given) => ({ args: [kronos, ...options(given)], env: { KRONOS_SHARE_QUERIES: 'true' } }),
  },
];
