import { commonEnvironment, parseEnvironment, postgresUrl, redisUrl } from '@kronos/service';

/** @throws EnvironmentError naming every variable that is wrong or missing */
export function parseNotificationsEnvironment(source: NodeJS.ProcessEnv) {
  return parseEnvironment(
    { ...commonEnvironment, NOTIFICATIONS_DATABASE_URL: postgresUrl(), REDIS_URL: redisUrl() },
    source,
  );
}
