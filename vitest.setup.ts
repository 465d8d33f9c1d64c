import {
  createTemplateDatabases,
  startTestPostgres,
  startTestRedis,
  type TestServer,
  testPostgresPrograms,
} from '@kronos/cli/testing';

/**
 * Gives the suite a PostgreSQL with a template database per domain, and a Redis: its own, unless
 * KRONOS_TEST_POSTGRES_URL and KRONOS_TEST_REDIS_URL name running ones.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const servers: TestServer[] = [];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };

  async function provide(variable: string, start: () => Promise<TestServer>): Promise<string> {
    const given = process.env[variable];
    if (given) return given;
    const server = await start();
    servers.push(server);
    process.env[variable] = server.url;
    return server.url;
  }

  try {
    const [postgresUrl] = await Promise.all([
      provide('KRONOS_TEST_POSTGRES_URL', startTestPostgres),
      provide('KRONOS_TEST_REDIS_URL', startTestRedis),
    ]);
    await createTemplateDatabases(postgresUrl);
    process.env.KRONOS_TEST_POSTGRES_PROGRAMS = await testPostgresPrograms();
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
