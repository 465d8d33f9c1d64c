import type { Prisma } from '@kronos/prisma-projects';
import { anonymised, erased, type PersonalData } from '@kronos/subgraph';

const theirProjects = { column: 'project_id', table: 'projects', key: 'id', person: 'user_id' } as const;

/** What this domain keeps of people. */
export const personalData: PersonalData<Prisma.TransactionClient> = {
  tables: {
    content_analysis: ofProjects('What was found out about their projects.'),
    scenes: ofProjects('The key scenes of their projects.'),
    media_assets: ofProjects('The files of their projects.'),
    embeddings: ofProjects('Where their projects lie among others.'),
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
      holds: 'Animations that they asked for, and those of their projects.',
      person: 'requested_by',
      through: theirProjects,
      onErasure: anonymised({ requested_by: null }),
    },
    project_versions: {
      holds: 'Projects as they were before they changed them, and their own before any change.',
      person: 'changed_by',
      through: theirProjects,
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
  others: {},
};

/** What belongs to projects: it is erased before these, which would take it with them uncounted. */
function ofProjects(holds: string) {
  return { holds, person: [], through: theirProjects, onErasure: erased } as const;
}
