import type { Prisma } from '@kronos/prisma-events';
import { erased, erasedBy, type PersonalData } from '@kronos/subgraph';
import { eraseOrganizer, eraseRegistrations } from './person.erase.ts';

/** What this domain keeps of people. */
export const personalData: PersonalData<Prisma.TransactionClient> = {
  tables: {
    registration: {
      holds: 'Events to which they registered.',
      person: 'attendee_id',
      onErasure: erasedBy(eraseRegistrations),
    },
    event: {
      holds: 'Events that they organised.',
      person: 'organizer_id',
      onErasure: erasedBy(
        eraseOrganizer,
        'Events that were published are part of what their attendees did: they stay, and name nobody.',
      ),
    },
    access_entry: {
      holds: 'What was shared with them, or kept from them.',
      person: 'subject',
      named: (userId) => `user:${userId}`,
      onErasure: erased,
    },
    access_membership: {
      holds: 'The groups that they belong to.',
      person: 'user_id',
      onErasure: erased,
    },
  },
  others: {},
};
