import { z } from 'zod';
import { defineEvents } from './define.ts';
import { personalDataEvents } from './personal-data.ts';

/** Events of the projects domain. */
export const projectsEvents = defineEvents('projects', {
  /** A project has been made. */
  projectCreated: { payload: z.object({ projectId: z.uuid() }) },
  /** Whose a project is: for the domain that decides on access to it. Written by a trigger of the table. */
  projectOwned: { payload: z.object({ projectId: z.uuid(), userId: z.uuid() }) },
  ...personalDataEvents('projects'),
});
