import { appendToOutbox } from '@kronos/events';
import { mutation, newId, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationProjectCreateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';

const projectValues = z.object({
  name: z.string().trim().min(1, 'A name is needed.').max(200, 'A name has at most 200 characters.'),
});

/** Makes a project and announces it. */
export const projectCreate = mutation(
  async (_parent: unknown, { input }: MutationProjectCreateArgs, { db }: Context) => {
    const values = validInput(projectValues, input);
    const project = await db.$transaction(async (tx) => {
      const project = await tx.project.create({ data: { id: newId(), ...values } });
      await appendToOutbox(tx, 'projectCreated', { projectId: project.id });
      return project;
    });
    return { project };
  },
);
