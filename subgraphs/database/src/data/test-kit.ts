import { newId } from '@kronos/subgraph';
import {
  type Actor,
  createTestDatabase,
  createTestDomain,
  createTestProducer,
} from '@kronos/subgraph/testing';
import pg from 'pg';
import { createSubgraph } from '../subgraph.ts';

/** The database domain with the databases of projects and users beside it, whose events it hears. */
export async function createDataDomain() {
  await using opened = new AsyncDisposableStack();
  const [projects, users, auth] = await Promise.all([
    createTestDatabase('projects'),
    createTestDatabase('users'),
    createTestDatabase('auth'),
  ]);
  for (const database of [projects, users, auth]) opened.use(database);
  const domain = opened.use(
    await createTestDomain('database', createSubgraph, {
      KRONOS_OPERATOR_DATABASE_URL: process.env.KRONOS_TEST_POSTGRES_URL,
      DATA_STATEMENT_TIMEOUT_MS: '1000',
      PROJECTS_DATABASE_URL: projects.url,
      USERS_DATABASE_URL: users.url,
      AUTH_DATABASE_URL: auth.url,
    }),
  );
  // The logs of these domains begin, and what is announced is heard.
  const producers = {
    projects: opened.use(await createTestProducer('projects', domain.redisUrl)),
    users: opened.use(await createTestProducer('users', domain.redisUrl)),
  };
  const rows = { projects: await connect(projects.url), users: await connect(users.url) };
  opened.defer(() => rows.projects.end());
  opened.defer(() => rows.users.end());
  const everything = opened.move();

  return {
    domain,
    producers,
    /** What a test writes and looks at beside the subgraph. */
    rows,
    /** A project as its own domain would have made it. @returns its UUID */
    async makeProject(userId: string, title: string, changes: { status?: string; createdAt?: string } = {}) {
      const id = newId();
      const { status = 'draft', createdAt = new Date().toISOString() } = changes;
      await rows.projects.query(
        'INSERT INTO projects (id, user_id, title, status, created_at) VALUES ($1, $2, $3, $4, $5)',
        [id, userId, title, status, createdAt],
      );
      return id;
    },
    /** A field of Query or Mutation with one input, and what it answered. */
    async ask(operation: string, input: object, as?: Actor) {
      const { data, errors } = await domain.execute(operation, { input }, as);
      return { data: data && Object.values(data)[0], error: errors?.[0] } as {
        // biome-ignore lint/suspicious/noExplicitAny: answers have as many shapes as tests ask for
        data: any;
        error: { message: string; extensions: Record<string, unknown> } | undefined;
      };
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

export const dataQuery = `query ($input: DataQueryInput!) {
  dataQuery(input: $input) {
    rows pagination { page limit total pages }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } executionTimeMs cached
  }
}`;

export const sqlQuery = `query ($input: SqlQueryInput!) {
  sqlQuery(input: $input) { columns { name type } rows truncated plan executionTimeMs }
}`;
