import type { Prisma } from '@kronos/prisma-cache';
import type { PersonalData } from '@kronos/subgraph';

/** What this domain keeps of people. Each table stands in one of the two lists, and a test says so when one does not. */
export const personalData: PersonalData<Prisma.TransactionClient> = {
  tables: {},
  others: { cache_policy: 'Says nothing of people.' },
};
