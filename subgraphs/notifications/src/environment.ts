import { masterKeysEnvironment } from '@kronos/sealing/master-keys';
import { commonEnvironment, postgresUrl, redisUrl } from '@kronos/service/environment';

/** The variables of this domain; its port is read where it is opened. */
export const environmentShape = {
  ...commonEnvironment,
  ...masterKeysEnvironment,
  NOTIFICATIONS_DATABASE_URL: postgresUrl(),
  REDIS_URL: redisUrl(),
};
