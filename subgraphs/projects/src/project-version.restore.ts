import { decodeId, mutation, userFaults } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import { noSuchVersion } from './faults.ts';
import { forget } from './loaders.ts';
import { versioned } from './project.rules.ts';
import { becomes } from './project.update.ts';
import { actorOf, lockProjectFor } from './project.write.ts';

export const projectVersionRestore: MutationResolvers['projectVersionRestore'] = mutation(
  async (_parent, { id, versionId }, context) => {
    const projectId = decodeId('project', id);
    const versionUuid = decodeId('project_version', versionId);
    const actor = await actorOf(context);
    const outcome = await context.db.$transaction(async (tx) => {
      const before = await lockProjectFor(tx, projectId, 'projects:update', actor, ['id']);
      const version = await tx.projectVersion.findFirst({ where: { id: versionUuid, projectId } });
      if (!version) return userFaults(noSuchVersion(['versionId']));
      return becomes(tx, before, versioned(version), actor.viewer.userId);
    });
    forget(context.loaders);
    return outcome;
  },
);
