import type { Prisma, Project, ProjectVersion } from '@kronos/prisma-projects';
import { decodeId, mutation, userFaults, validInput } from '@kronos/subgraph';
import type { MutationResolvers, ProjectStatus } from './__generated__/types.ts';
import { forget } from './loaders.ts';
import { effectiveChanges, projectUpdateSchema, type Versioned } from './project.rules.ts';
import { isBusy } from './project.status.ts';
import { actorOf, busy, changeProject, lockProjectFor, stepOrFault } from './project.write.ts';
import { keepVersion } from './project-version.write.ts';
import { toGraph } from './states.ts';

export const projectUpdate: MutationResolvers['projectUpdate'] = mutation(
  async (_parent, { id, input }, context) => {
    const uuid = decodeId('project', id);
    const { status, ...wanted } = validInput(projectUpdateSchema, input);
    const actor = await actorOf(context);
    const outcome = await context.db.$transaction(async (tx) => {
      const before = await lockProjectFor(tx, uuid, 'projects:update', actor, ['id']);
      const given =
        status && stepOrFault(before, status === 'ARCHIVED' ? 'archived' : 'resumed', ['input', 'status']);
      return becomes(tx, before, wanted as Partial<Versioned>, actor.viewer.userId, given);
    });
    forget(context.loaders);
    return outcome;
  },
);

/**
 * Makes a project other than it was, and keeps what it was as a version.
 *
 * @param before locked
 * @param changedBy a UUID
 * @param given the status that it is to have; one that follows from the change, when omitted
 * @throws the user fault PROJECT_BUSY for a change of its content while a service is at work on it
 */
export async function becomes(
  tx: Prisma.TransactionClient,
  before: Project,
  wanted: Partial<Versioned>,
  changedBy: string,
  given?: ProjectStatus,
): Promise<{ project: Project; version: ProjectVersion | null }> {
  const changes = effectiveChanges(before, wanted);
  const now = toGraph<ProjectStatus>(before.status);
  if (isBusy(now) && ('contentPath' in changes || 'parameters' in changes)) userFaults(busy(now, ['id']));
  const isNew = Object.keys(changes).length > 0;
  const version = isNew ? await keepVersion(tx, before, changedBy) : null;
  const status = given ?? (now === 'DRAFT' && changes.contentPath ? 'ACTIVE' : undefined);
  const data = changes as Prisma.ProjectUncheckedUpdateInput;
  return {
    project: await changeProject(tx, before, { ...data, status }, isNew ? ['versions'] : []),
    version,
  };
}
