import type { Prisma } from '@kronos/prisma-projects';
import { anonymised, erased, type PersonalData } from '@kronos/subgraph';

/** What this domain keeps of people. */
export const personalData: PersonalData<Prisma.TransactionClient> = {
  tables: {
    projects: {
      holds: 'Their projects; what belongs to one is deleted with it.',
      person: 'user_id',
      onErasure: erased,
    },
    preferences: {
      holds: 'What they want their animations to be like.',
      person: 'user_id',
      onErasure: erased,
    },
    generation_jobs: {
      holds: 'Animations that they asked for, of their own projects and of others.',
      person: 'requested_by',
      onErasure: anonymised({ requested_by: null }),
    },
    project_versions: {
      holds: 'Projects as they were before they changed them.',
      person: 'changed_by',
      onErasure: anonymised({ changed_by: null }),
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
  others: {
    content_analysis: 'Belongs to a project, and goes with it.',
    media_assets: 'Belongs to a project, and goes with it.',
    scenes: 'Belongs to a project, and goes with it.',
    embeddings: 'Belongs to a project, and goes with it.',
  },
};
