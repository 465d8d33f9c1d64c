import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import type { LocalSubgraph } from '../../local/local-subgraph.ts';
import { findEntity, type Representation, resolveInSubgraph, type Source } from './resolve.ts';
import type { World } from './world.ts';

/** One execution as all subgraphs see it: mutations are counted across them. */
export interface Execution {
  step: number;
}

interface Served {
  world: World;
  execution: Execution;
}

/** Serves the subgraphs of any number of worlds over real HTTP, from one port. */
export interface Host extends AsyncDisposable {
  /** Where a subgraph of the named world is, once it is served. */
  urlOf(name: string, subgraph: string): string;
  serve(name: string, world: World): Execution;
  /** The same subgraph without HTTP, for an engine that has it in its process. */
  local(name: string, subgraph: string): LocalSubgraph;
  forget(name: string): void;
}

export async function startHost(): Promise<Host> {
  const worlds = new Map<string, Served>();
  const server = createServer(async (request, response) => {
    const [, name = '', subgraph = ''] = request.url?.split('/') ?? [];
    const text = await readText(request);
    const served = worlds.get(name);
    if (!served) return response.writeHead(404).end();
    const result = await answer(served, subgraph, JSON.parse(text));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  // A planner that thinks for long must not find its connections closed.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (name, subgraph) => `http://127.0.0.1:${port}/${name}/${subgraph}`,
    serve(name, world) {
      const execution = { step: 0 };
      worlds.set(name, { world, execution });
      return execution;
    },
    local: (name, subgraph) => (operation) => answer(worlds.get(name)!, subgraph, operation),
    forget: (name) => void worlds.delete(name),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Request {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}

async function answer({ world, execution }: Served, subgraph: string, request: Request) {
  const schema = world.graph.subgraphs.get(subgraph)!;
  const { document, faults } = read(schema, request.query);
  if (faults.length > 0) return { errors: faults };
  const fieldResolver: GraphQLFieldResolver<Source | undefined, unknown> = (source, args, _, info) => {
    if (info.fieldName === '_entities' && info.parentType === schema.getQueryType()) {
      return args.representations.map((sent: Representation) => findEntity(world, subgraph, sent));
    }
    const rootType = info.operation.operation === 'mutation' ? 'Mutation' : 'Query';
    const step = !source && rootType === 'Mutation' ? ++execution.step : 0;
    return resolveInSubgraph(world, subgraph, info.fieldName, source, { args, rootType, step });
  };
  return execute({
    schema,
    document,
    variableValues: request.variables,
    operationName: request.operationName,
    fieldResolver,
    typeResolver: (source: Source) => typeIn(schema, source),
  });
}

/** An interface object answers under the interface's name, whatever it really is. */
function typeIn(schema: GraphQLSchema, { instance, representation }: Source): string | undefined {
  if (isObjectType(schema.getType(instance.type))) return instance.type;
  return representation?.__typename;
}

const documents = new WeakMap<
  GraphQLSchema,
  Map<string, { document: DocumentNode; faults: GraphQLError[] }>
>();

/** A subgraph refuses what is not valid: a gateway must not get away with it. */
function read(schema: GraphQLSchema, query: string) {
  const known = documents.get(schema) ?? new Map();
  documents.set(schema, known);
  const seen = known.get(query);
  if (seen) return seen;
  const document = parse(query);
  const entry = { document, faults: [...validate(schema, document)] };
  known.set(query, entry);
  return entry;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
