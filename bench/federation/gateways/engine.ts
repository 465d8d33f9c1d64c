import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { createEngine, stringifyAnswer } from '@kronos/engine';
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse, validate } from 'graphql';
import { port, supergraphSdl } from './arguments.ts';

// The engine alone behind node:http: what the rest of the request path costs is the difference to the gateway.
interface Known {
  queryHash: string;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

const silent = { debug() {}, info() {}, warn: console.warn, error: console.error };
const engine = createEngine({
  supergraphSdl,
  logger: silent,
  rawData: true,
});
let schema: Parameters<Parameters<typeof engine.onSchemaLoadOrUpdate>[0]>[0]['apiSchema'];
engine.onSchemaLoadOrUpdate(({ apiSchema }) => {
  schema = apiSchema;
});
const { executor } = await engine.load({ apollo: {} });
if (!executor) throw new Error('the engine gives no executor');

const known = new Map<string, Known>();
const cache = { get: async () => undefined, set: async () => {}, delete: async () => false };

function prepare(source: string): Known {
  let found = known.get(source);
  if (found) return found;
  const document = parse(source, { noLocation: true });
  const errors = validate(schema, document);
  if (errors.length > 0) throw errors[0];
  const queryHash = createHash('sha256').update(source).digest('hex');
  found = { queryHash, document, operation: getOperationAST(document)! };
  known.set(source, found);
  return found;
}

async function respond(body: string): Promise<string> {
  const request = JSON.parse(body);
  const { queryHash, document, operation } = prepare(request.query);
  const result = await executor!({
    logger: silent,
    schema,
    request,
    response: { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: {} } },
    context: {},
    cache,
    queryHash,
    document,
    source: request.query,
    operationName: operation.name?.value ?? null,
    operation,
    metrics: {},
    overallCachePolicy: undefined as never,
    requestIsBatched: false,
  } as unknown as GatewayGraphQLRequestContext);
  return stringifyAnswer(result);
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    respond(Buffer.concat(chunks).toString()).then(
      (text) => {
        const bytes = Buffer.from(text);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
        response.end(bytes);
      },
      (error) => response.writeHead(500).end(String(error)),
    );
  });
}).listen(port, '127.0.0.1');
