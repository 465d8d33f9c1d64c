import { appendToOutbox } from '@kronos/events';
import { mutation, newId, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationProjectCreateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';

const projectValues = z.object({
  title: z.string().trim().min(1, 'A title is needed.').max(255, 'A title has at most 255 characters.'),
});

/** Makes a project and announces it. */
export const projectCreate = mutation(
  async (_parent: unknown, { input }: MutationProjectCreateArgs, { db, viewer }: Context) => {
    const values = validInput(projectValues, input);
    const project = await db.$transaction(async (tx) => {
      const project = await tx.project.create({ data: { id: newId(), userId: viewer!.userId, ...values } });
      await appendToOutbox(tx, 'projectCreated', { projectId: project.id });
      return project;
    });
    return { project };
  },
);
