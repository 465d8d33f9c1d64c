import { commonEnvironment, postgresUrl, redisUrl } from '@kronos/service/environment';
import { z } from 'zod';

/** The variables of this domain; its port is read where it is opened. */
export const environmentShape = {
  ...commonEnvironment,
  PROJECTS_DATABASE_URL: postgresUrl(),
  REDIS_URL: redisUrl(),
  /** Where vectors are kept, by which projects are compared; off until it is set. */
  VECTOR_DB_URL: z
    .string()
    .regex(/^(file:|postgres(ql)?:\/\/)/, 'expected file:… or a URL of a PostgreSQL that has pgvector')
    .optional(),
};
