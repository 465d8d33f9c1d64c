import type { Prisma } from '@kronos/prisma-router';
import { anonymised, encodeId, erased, type PersonalData } from '@kronos/subgraph';

/** How usage names a person, as @kronos/edge-rules does. */
const subject = (userId: string) => `user:${encodeId('user', userId)}`;

/** What this domain keeps of people. The buckets of quotas in Redis go by themselves, within a month. */
export const personalData: PersonalData<Prisma.TransactionClient> = {
  tables: {
    client_application: {
      holds: 'Programs of which they are the owner.',
      person: 'owner_id',
      // Others use the program: it stays, and is nobody's.
      onErasure: anonymised({ owner_id: null }),
    },
    usage_hour: {
      holds: 'How much of the graph they used, by the hour.',
      person: 'subject',
      named: subject,
      onErasure: erased,
    },
    quota_threshold: {
      holds: 'Months in which they came near their quota.',
      person: 'subject',
      named: subject,
      onErasure: erased,
    },
  },
  others: {
    quota_policy: 'Rules.',
    client_key: 'Keys of programs, by their hashes.',
    operation: 'Documents of programs.',
    route: 'Rules.',
    access_policy: 'Rules.',
    subgraph: 'Parts of the system.',
    worker_lease: 'Processes of the system.',
    announced_supergraph: 'The version of the graph.',
  },
};
