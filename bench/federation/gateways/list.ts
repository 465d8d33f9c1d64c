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
  /** Whether requests carry an access token. */
  withToken?: boolean;
  /** Whether identical requests in flight are answered once: not comparable to those that answer each. */
  isSharing?: boolean;
  start(options: GatewayOptions): { args: string[]; env?: Record<string, string>; path?: string };
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const kronos = file('../../../apps/gateway/src/main.ts');
const hive = file('../../peers/node_modules/@graphql-hive/gateway/dist/bin.js');

const own = ({ supergraphFile, port }: GatewayOptions) => [
  kronos,
  '--supergraph',
  supergraphFile,
  '--port',
  String(port),
];
const script = (path: string, { supergraphFile, port }: GatewayOptions) => ({
  args: [file(path)],
  env: { SUPERGRAPH: supergraphFile, PORT: String(port), APOLLO_TELEMETRY_DISABLED: 'true' },
});
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

/** Every gateway that is measured, plain Apollo first: the others are compared to it. */
export const gateways: readonly Gateway[] = [
  {
    name: 'apollo',
    title: 'plain @apollo/gateway + @apollo/server',
    start: (options) => script('./apollo.ts', options),
  },
  {
    name: 'hive',
    title: 'Hive Gateway',
    isPeer: true,
    start: (options) => ({ args: hiveArgs(options) }),
  },
  {
    name: 'hive-rust',
    title: 'Hive Gateway, Rust planner',
    isPeer: true,
    start: (options) => ({ args: [...hiveArgs(options), '--hive-router-runtime'] }),
  },
  {
    name: 'engine',
    title: 'our engine alone on node:http',
    start: (options) => script('./engine.ts', options),
  },
  {
    name: 'ours',
    title: 'Kronos',
    start: (options) => ({ args: own(options), env: unshared }),
  },
  {
    name: 'ours-token',
    title: 'Kronos, access and internal tokens',
    withToken: true,
    start: (options) => ({ args: own(options), env: { ...unshared, ...identity(options) } }),
  },
  {
    name: 'ours-sharing',
    title: 'Kronos, sharing identical queries in flight',
    isSharing: true,
    start: (options) => ({ args: own(options), env: { KRONOS_SHARE_QUERIES: 'true' } }),
  },
];
