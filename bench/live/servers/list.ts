import { fileURLToPath } from 'node:url';
import type { Protocol } from '../subscribers/protocols.ts';

export interface ServerOptions {
  supergraphFile: string;
  sourceUrl: string;
  port: number;
}

/** One way to hold the subscribers, as a process of its own. */
export interface Server {
  name: string;
  title: string;
  /** Whether it lives in bench/peers, which is installed when it is first measured. */
  isPeer?: boolean;
  /** Knows neither GraphQL nor groups: what it costs is what Node and the system cost. */
  isBare?: boolean;
  protocols: readonly Protocol['name'][];
  start(options: ServerOptions): { args: string[]; env?: Record<string, string> };
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const bare = file('./bare.ts');
const kronos = file('../../../apps/gateway/src/main.ts');
const hive = file('../../peers/node_modules/@graphql-hive/gateway/dist/bin.js');

// All subscribers come from one address, and without a token.
const roomForAll = {
  KRONOS_MAX_STREAMS: '100000',
  KRONOS_MAX_STREAMS_PER_CALLER: '100000',
  KRONOS_MAX_STREAMS_PER_ADDRESS: '100000',
};

/** Every server that is measured. */
export const servers: readonly Server[] = [
  {
    name: 'ours',
    title: 'Kronos',
    protocols: ['sse', 'multipart'],
    start: ({ supergraphFile, port }) => ({
      args: [kronos, '--supergraph', supergraphFile, '--port', String(port)],
      env: roomForAll,
    }),
  },
  {
    name: 'hive',
    title: 'Hive Gateway',
    isPeer: true,
    protocols: ['sse'],
    start: ({ supergraphFile, port }) => ({
      args: [hive, 'supergraph', supergraphFile, '--host', '127.0.0.1', '--port', String(port)],
    }),
  },
  {
    name: 'http',
    title: 'bare node:http, `response.write`',
    isBare: true,
    protocols: ['sse'],
    start: ({ sourceUrl, port }) => ({ args: [bare, sourceUrl, String(port), 'response'] }),
  },
  {
    name: 'net',
    title: 'bare node:http, `socket.write` of one framed chunk',
    isBare: true,
    protocols: ['sse'],
    start: ({ sourceUrl, port }) => ({ args: [bare, sourceUrl, String(port), 'socket'] }),
  },
];
