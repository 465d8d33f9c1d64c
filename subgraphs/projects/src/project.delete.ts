import { decodeId, mutation } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import { forget } from './loaders.ts';
import { actorOf, lockProjectFor } from './project.write.ts';

/** Deletes a project and what belongs to it, which a trigger announces. */
export const projectDelete: MutationResolvers['projectDelete'] = mutation(
  async (_parent, { id }, context) => {
    const uuid = decodeId('project', id);
    const actor = await actorOf(context);
    await context.db.$transaction(async (tx) => {
      await lockProjectFor(tx, uuid, 'projects:delete', actor, ['id']);
      await tx.project.delete({ where: { id: uuid } });
    });
    forget(context.loaders);
    return { deletedProjectId: id };
  },
);
