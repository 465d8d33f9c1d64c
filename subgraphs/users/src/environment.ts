import { commonEnvironment, parseEnvironment, postgresUrl, redisUrl } from '@kronos/service';

/** @throws EnvironmentError naming every variable that is wrong or missing */
export function parseUsersEnvironment(source: NodeJS.ProcessEnv) {
  return parseEnvironment(
    { ...commonEnvironment, USERS_DATABASE_URL: postgresUrl(), REDIS_URL: redisUrl() },
    source,
  );
}
