import type { Prisma, Project, ProjectVersion } from '@kronos/prisma-projects';
import { newId } from '@kronos/subgraph';
import { versioned } from './project.rules.ts';
import { most } from './quotas.ts';

/**
 * Keeps what a project is, before it changes. The oldest versions go when there are too many.
 *
 * @param project locked
 * @param changedBy who is going to change it: a UUID
 */
export async function keepVersion(
  tx: Prisma.TransactionClient,
  project: Project,
  changedBy: string,
): Promise<ProjectVersion> {
  const { id: projectId } = project;
  const last = await tx.projectVersion.findFirst({
    where: { projectId },
    orderBy: { number: 'desc' },
    select: { number: true },
  });
  const number = (last?.number ?? 0) + 1;
  await tx.projectVersion.deleteMany({ where: { projectId, number: { lte: number - most.versions } } });
  const { parameters, ...values } = versioned(project);
  return tx.projectVersion.create({
    data: {
      id: newId(),
      projectId,
      number,
      changedBy,
      ...values,
      parameters: parameters as Prisma.JsonObject,
    },
  });
}
