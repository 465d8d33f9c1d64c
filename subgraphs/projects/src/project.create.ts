import type { Prisma, Project } from '@kronos/prisma-projects';
import { mutation, newId, type Viewer, validInput } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import { viewerOf } from './context.ts';
import { projectCreateSchema } from './project.rules.ts';
import { lockQuota, most, quotaOf, refuseBeyond } from './quotas.ts';

export const projectCreate: MutationResolvers['projectCreate'] = mutation(
  async (_parent, { input }, context) => {
    const viewer = viewerOf(context);
    const values = validInput(projectCreateSchema, input);
    const project = await context.db.$transaction((tx) => insertProject(tx, viewer, values));
    return { project };
  },
);

/** The columns of a new project that its maker chooses. */
type NewProject = Pick<
  Prisma.ProjectUncheckedCreateInput,
  'title' | 'description' | 'contentPath' | 'idempotencyKey'
> & {
  parameters: Record<string, unknown>;
};

/**
 * Makes a project of the viewer's, which a trigger announces.
 *
 * @throws the user fault QUOTA_EXCEEDED
 */
export async function insertProject(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  { parameters, ...values }: NewProject,
): Promise<Project> {
  const { userId } = viewer;
  await lockQuota(tx, userId);
  refuseBeyond(
    quotaOf(viewer, most.projects),
    await tx.project.count({ where: { userId } }),
    'projects of yours',
  );
  return tx.project.create({
    data: {
      ...{ id: newId(), userId, status: values.contentPath ? 'active' : 'draft', ...values },
      parameters: parameters as Prisma.JsonObject,
    },
  });
}
