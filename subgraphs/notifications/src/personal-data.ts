import type { Prisma } from '@kronos/prisma-notifications';
import { erased, type PersonalData, personKeyTable, searchKeyTable } from '@kronos/subgraph';

/** What this domain keeps of people. */
export const personalData: PersonalData<Prisma.TransactionClient> = {
  tables: {
    notification: {
      holds: 'Messages that they got, and when they read them.',
      person: 'recipient_id',
      onErasure: erased,
    },
    attendance: {
      holds: 'Events for which they are registered, to be told of changes.',
      person: 'attendee_id',
      onErasure: erased,
    },
    // The last: from then on nothing is read that is sealed of them.
    person_key: personKeyTable,
  },
  others: { known_event: 'Titles of events, for the texts of messages.', search_key: searchKeyTable },
};
