import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeAll, expect, inject, test } from 'vitest';
import { readRunFile } from '../attacks/kit/system.ts';
import { type Answer, type Client, client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { startFurtherGateway } from '../kit/further-gateway.ts';
import { type RestAnswer, rest, restRequestId } from '../kit/rest.ts';

/**
 * The table of errors of the Core Database Service, from 200 to 504: each of them happens, to a client of REST and to one
 * of the graph.
 */
let administrator: Client;
let ada: Person;
beforeAll(async () => {
  [administrator, ada] = await Promise.all([logIn(inject('kronosAdministrator')), signUp('Ada')]);
});

/** The points of a client application that is refused soon. */
const poorBurst = 10;

const documents = {
  status: '{ databaseStatus { status } }',
  sql: 'query ($input: SqlQueryInput!) { sqlQuery(input: $input) { rows } }',
  data: 'query ($input: DataQueryInput!) { dataQuery(input: $input) { rows } }',
  signUp:
    'mutation ($input: UserSignUpInput!) { userSignUp(input: $input) { user { id } userErrors { code details } } }',
  acquire: `mutation ($input: ConnectionAcquireInput!) { connectionAcquire(input: $input) {
    connectionId userErrors { code details } } }`,
  release: `mutation ($input: ConnectionReleaseInput!) { connectionRelease(input: $input) {
    lease { status } userErrors { code details } } }`,
};

/** What a client got, either way. */
interface Got {
  rest: RestAnswer;
  graph: Answer;
}
/** A row of the table. */
interface Row {
  status: number;
  code?: string;
  /** Of the answer to the graph's client. */
  graphStatus: number;
  details?: object;
  provoke(): Promise<Got>;
}

const both = async (restAnswer: Promise<RestAnswer>, graphAnswer: Promise<Answer>): Promise<Got> => {
  const [byRest, graph] = await Promise.all([restAnswer, graphAnswer]);
  return { rest: byRest, graph };
};
const sql = (input: object, by: Pick<Client, 'token' | 'query'>) =>
  both(rest('POST', '/db/query', input, by.token), by.query(documents.sql, { input }));
const lease = (service: string) => ({ serviceName: service, operationType: 'READ', domain: 'projects' });
const acquire = (service: string) =>
  both(
    rest(
      'POST',
      '/api/v1/connections/acquire',
      { service_name: service, operation_type: 'read', domain: 'projects' },
      administrator.token,
    ),
    administrator.query(documents.acquire, { input: lease(service) }),
  );

const rows: Record<string, Row> = {
  '200 Success': {
    ...{ status: 200, graphStatus: 200 },
    provoke: () =>
      both(rest('GET', '/db/status', undefined, administrator.token), administrator.query(documents.status)),
  },
  '400 Bad Request': {
    ...{ status: 400, code: 'BAD_USER_INPUT', graphStatus: 200 },
    details: { field: 'input.table', tables: expect.any(Array) },
    provoke: () =>
      both(
        rest('POST', '/api/v1/data/query', { table: 'passwords' }, ada.token),
        ada.query(documents.data, { input: { table: 'passwords' } }),
      ),
  },
  '401 Unauthorized, without a token': {
    ...{ status: 401, code: 'UNAUTHENTICATED', graphStatus: 401 },
    provoke: () => sql({ query: 'select 1' }, client()),
  },
  '401 Unauthorized, with a wrong one': {
    ...{ status: 401, code: 'UNAUTHENTICATED', graphStatus: 401 },
    provoke: () => sql({ query: 'select 1' }, client('not.a.token')),
  },
  '403 Forbidden': {
    ...{ status: 403, code: 'FORBIDDEN', graphStatus: 200 },
    provoke: () => sql({ query: 'select 1' }, ada),
  },
  '404 Not Found': {
    ...{ status: 404, code: 'NOT_FOUND', graphStatus: 200 },
    provoke: () => {
      const leaseId = 'connection_lease_01h455vb4pex5vsknk084sn02q';
      const body = { connection_id: leaseId, service_name: 'core-user-service' };
      return both(
        rest('POST', '/api/v1/connections/release', body, administrator.token),
        administrator.query(documents.release, { input: { leaseId, serviceName: 'core-user-service' } }),
      );
    },
  },
  '409 Conflict': {
    ...{ status: 409, code: 'EMAIL_TAKEN', graphStatus: 200 },
    provoke: () => {
      const again = { email: ada.email, password: ada.password, displayName: 'Ada' };
      return both(rest('POST', '/signup', again), client().query(documents.signUp, { input: again }));
    },
  },
  '429 Too Many Requests': {
    ...{ status: 429, code: 'RATE_LIMITED', graphStatus: 429 },
    details: { retry_after: expect.any(Number) },
    async provoke() {
      const headers = { 'x-kronos-client-key': await poorClientKey() };
      await using gateway = await startFurtherGateway(inject('kronosPid'), { KRONOS_QUOTAS: 'true' });
      const { origin } = new URL(gateway.url);
      const graph = client(undefined, gateway.url, headers);
      for (let turn = 0; turn <= poorBurst; turn += 1) await graph.query('{ databaseHealth { status } }');
      return await both(
        rest('GET', '/events', undefined, undefined, { origin, headers }),
        graph.query('{ databaseHealth { status } }'),
      );
    },
  },
  '500 Internal Server Error': {
    ...{ status: 500, code: 'INTERNAL_SERVER_ERROR', graphStatus: 200 },
    async provoke() {
      const service = `broken-${randomUUID().slice(0, 8)}`;
      await using _broken = await breakLeasesOf(service);
      return await acquire(service);
    },
  },
  '503 Service Unavailable, when all connections are taken': {
    ...{ status: 503, code: 'DATABASE_CONNECTION_FAILED', graphStatus: 200 },
    details: { database: 'postgresql', pool_status: 'exhausted', retry_after: 30 },
    async provoke() {
      const service = `greedy-${randomUUID().slice(0, 8)}`;
      const input = lease(service);
      const taken: Json[] = [];
      try {
        for (let turn = 0; turn < 10; turn += 1)
          taken.push((await administrator.data(documents.acquire, { input })).connectionAcquire);
        return await acquire(service);
      } finally {
        for (const { connectionId: leaseId } of taken)
          await administrator.data(documents.release, { input: { leaseId, serviceName: service } });
      }
    },
  },
  '503 Service Unavailable, when there is no such database': {
    ...{ status: 503, code: 'SERVICE_UNAVAILABLE', graphStatus: 503 },
    details: { database: 'nowhere', retry_after: 60 },
    provoke: () => sql({ query: 'select 1', domain: 'nowhere' }, administrator),
  },
  '504 Gateway Timeout': {
    ...{ status: 504, code: 'GATEWAY_TIMEOUT', graphStatus: 504 },
    details: { retry_after: 1 },
    provoke: () => sql({ query: 'select pg_sleep(60)' }, administrator),
  },
};

test.concurrent.each(Object.entries(rows))(
  '%s',
  async (_name, { status, code, graphStatus, details = {}, provoke }) => {
    const { rest: byRest, graph } = await provoke();
    const [payload] = Object.values<Json>(graph.data ?? {});
    const error = graph.errors?.[0];
    const userError = payload?.userErrors?.[0];
    expect({ rest: byRest.status, graph: graph.status }).toEqual({ rest: status, graph: graphStatus });
    if (!code) {
      expect({ error, userError, ofRest: byRest.body.error }).toEqual({});
      return;
    }
    expect(byRest.body).toEqual({
      error: {
        code,
        message: expect.any(String),
        details: expect.objectContaining(details),
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        request_id: restRequestId,
      },
    });
    expect(userError?.code ?? error?.extensions.code).toBe(code);
    if (error)
      expect(error.extensions).toMatchObject({
        timestamp: expect.any(String),
        requestId: expect.any(String),
      });
    const retryAfter = byRest.body.error.details.retry_after;
    if (retryAfter !== undefined) {
      expect(byRest.headers.get('retry-after')).toBe(String(retryAfter));
      expect(userError?.details.retryAfter ?? error?.extensions.retryAfter).toEqual(expect.any(Number));
    }
    // Of what went wrong on our side nothing is told.
    if (status === 500) expect(JSON.stringify([byRest.body, graph.errors])).not.toContain('secret');
  },
);

/** The key of a client application that may ask for next to nothing. */
async function poorClientKey(): Promise<string> {
  const name = `errors-${randomUUID().slice(0, 8)}`;
  const { quotaPolicyCreate } = await administrator.data(
    `mutation ($input: QuotaPolicyCreateInput!) { quotaPolicyCreate(input: $input) {
      quotaPolicy { id } userErrors { message } } }`,
    { input: { name, burst: poorBurst, pointsPerMinute: 1, maxDepth: 10, maxCost: poorBurst } },
  );
  const { clientApplicationCreate } = await administrator.data(
    `mutation ($input: ClientApplicationCreateInput!) { clientApplicationCreate(input: $input) {
      secret userErrors { message } } }`,
    { input: { name, quotaPolicyId: quotaPolicyCreate.quotaPolicy.id } },
  );
  return clientApplicationCreate.secret;
}

/** Makes the service's own database fail when a lease of one service is written, in a way that nobody has foreseen. */
async function breakLeasesOf(service: string): Promise<AsyncDisposable> {
  const database = new pg.Client({ connectionString: readRunFile().databaseUrls.database });
  await database.connect();
  const name = pg.escapeIdentifier(service);
  await database.query(`
    CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'the secret reason'; END $$;
    CREATE TRIGGER ${name} BEFORE INSERT ON connection_lease FOR EACH ROW
      WHEN (NEW.service_name = ${pg.escapeLiteral(service)}) EXECUTE FUNCTION ${name}()`);
  return {
    async [Symbol.asyncDispose]() {
      await database.query(`DROP FUNCTION ${name}() CASCADE`);
      await database.end();
    },
  };
}
