import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

const projectFacts = { projectId: z.uuid(), userId: z.uuid() };
const analysisFacts = { analysisId: z.uuid(), projectId: z.uuid() };
const jobFacts = { generationJobId: z.uuid(), projectId: z.uuid() };

/** Events of the projects domain: what people make into animations. `userId` is the project's owner. */
export const projectsEvents = defineEvents('projects', {
  /** Whose a project is, new ones and others: for the domain that decides on access to it. A trigger of the table writes it. */
  projectOwned: { payload: z.object(projectFacts), key: 'projectId' },
  /** A project is gone, with all that belonged to it. A trigger of the table writes it. */
  projectDeleted: { payload: z.object(projectFacts), key: 'projectId' },
  /** A project has changed, or something that belongs to it: `changes` names the fields of the graph's `Project`. */
  projectUpdated: { payload: z.object({ ...projectFacts, changes: z.array(z.string()) }), key: 'projectId' },
  /** What entries say of a project, or of all of them, has reached this domain: who asks it from now on is answered by it. */
  projectAccessChanged: {
    payload: z.object({ resourceType: z.literal('project'), resourceId: z.uuid().nullable() }),
  },
  contentAnalysisRequested: { payload: z.object(analysisFacts), key: 'projectId' },
  /** It is done, or has failed. */
  contentAnalysisCompleted: { payload: z.object(analysisFacts), key: 'projectId' },
  generationJobRequested: { payload: z.object(jobFacts), key: 'generationJobId' },
  generationJobCancelled: { payload: z.object(jobFacts), key: 'generationJobId' },
  /** An animation has come further, or has ended in whatever way. */
  generationJobUpdated: { payload: z.object(jobFacts), key: 'generationJobId' },
  ...personalDataEvents('projects'),
});
