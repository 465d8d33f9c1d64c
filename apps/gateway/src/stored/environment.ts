import { z } from 'zod';

const expectedCount = 'expected a whole number above 0';
const count = (fallback: number) =>
  z.coerce.number(expectedCount).int(expectedCount).positive(expectedCount).default(fallback);

/** What documents are kept, and which may be sent. */
export const storedEnvironment = {
  /** How long a document that a client has registered by itself is kept after its last use, in seconds. */
  KRONOS_APQ_TTL_SECONDS: count(86_400),
  /** The most that all such documents may take in Redis, in bytes; those that were not used for longest go first. */
  KRONOS_APQ_MAX_BYTES: count(32 << 20),
  /** Whether nobody may send an operation that is not stored. */
  KRONOS_STORED_OPERATIONS_ONLY: z.stringbool('expected true or false').default(false),
};
