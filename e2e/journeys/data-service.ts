import type { Client, Json } from '../kit/client.ts';
import { rest } from '../kit/rest.ts';

/** What the Core Database Service says: its answer in the words of its documentation, or why it refuses. */
export interface Said {
  /** The code of the error; undefined when there is none. */
  refused: string | undefined;
  body: Json;
}

/** The Core Database Service as one caller speaks with it, whichever way: in the words of its documentation. */
export interface DataService {
  query(request: object): Promise<Said>;
  transaction(operations: readonly Json[], idempotencyKey?: string): Promise<Said>;
  acquire(request: Json): Promise<Said>;
  release(request: Json): Promise<Said>;
}

/** By the routes of the documentation. */
export function byRest({ token }: Pick<Client, 'token'>): DataService {
  async function post(path: string, request: object): Promise<Said> {
    const { body } = await rest('POST', path, request, token);
    return { refused: body.error?.code, body };
  }
  return {
    query: (request) =>
      post('/api/v1/data/query', { database: 'postgresql', query_type: 'select', ...request }),
    transaction: (operations, idempotency_key) =>
      post('/api/v1/data/transaction', { operations, idempotency_key }),
    acquire: (request) => post('/api/v1/connections/acquire', request),
    release: (request) => post('/api/v1/connections/release', request),
  };
}

const query = `query ($input: DataQueryInput!) { answer: dataQuery(input: $input) {
  data: rows pagination { page limit total pages } execution_time_ms: executionTimeMs cached } }`;
const transaction = `mutation ($input: DataTransactionExecuteInput!) { answer: dataTransactionExecute(input: $input) {
  transaction { transaction_id: id status results { operation status data error } execution_time_ms: executionTimeMs }
  userErrors { code } } }`;
const acquire = `mutation ($input: ConnectionAcquireInput!) { answer: connectionAcquire(input: $input) {
  connection_id: connectionId database_url: databaseUrl expires_at: expiresAt
  pool_stats: poolStats { active idle waiting } userErrors { code } } }`;
const release = `mutation ($input: ConnectionReleaseInput!) { answer: connectionRelease(input: $input) {
  lease { status connection_id: id duration_ms: durationMs } userErrors { code } } }`;

/** By the graph, whose enums are in capitals and whose names are in camel case. */
export function byGraph(caller: Client): DataService {
  async function ask(document: string, input: object, part?: string): Promise<Said> {
    const { data, errors } = await caller.query(document, { input });
    const refused = errors?.[0]?.extensions.code ?? data.answer.userErrors?.[0]?.code;
    const body = part ? data?.answer?.[part] : data?.answer;
    return { refused, body: body && inSmallLetters(body) };
  }
  return {
    query: (request) => ask(query, request),
    transaction: (operations, idempotencyKey) =>
      ask(transaction, { operations: operations.map(toOperation), idempotencyKey }, 'transaction'),
    acquire: ({ service_name, database_type, operation_type }) =>
      ask(acquire, {
        serviceName: service_name,
        databaseType: database_type.toUpperCase(),
        operationType: operation_type.toUpperCase(),
      }),
    release: ({ connection_id, service_name }) =>
      ask(release, { leaseId: connection_id, serviceName: service_name }, 'lease'),
  };
}

function toOperation({ database, operation, expected_rows, ...rest }: Json): Json {
  return {
    ...rest,
    ...{ database: database.toUpperCase(), operation: operation.toUpperCase() },
    expectedRows: expected_rows,
  };
}

function inSmallLetters(body: Json): Json {
  const results = body.results?.map((result: Json) => ({ ...result, status: result.status.toLowerCase() }));
  return {
    ...body,
    ...(body.status && { status: body.status.toLowerCase() }),
    ...(results && { results }),
  };
}
