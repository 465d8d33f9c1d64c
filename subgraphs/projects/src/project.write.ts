import { appendToOutbox } from '@kronos/events';
import type { Prisma, Project } from '@kronos/prisma-projects';
import { type Access, userFaults, type Viewer } from '@kronos/subgraph';
import type { ProjectStatus } from './__generated__/types.ts';
import { type Context, viewerOf } from './context.ts';
import { fault, noSuchProject } from './faults.ts';
import { afterStep, isBusy, type ProjectStep } from './project.status.ts';
import { manages, seenBy } from './project.visibility.ts';
import { toGraph, toStored } from './states.ts';

/** What can be done with a project; its owner may do all of it, and entries may allow or deny it. */
type ProjectAction = 'projects:update' | 'projects:delete' | 'projects:generate';

/** Who is going to change a project. */
interface Actor {
  viewer: Viewer;
  access: Access;
}

/**
 * The viewer with what entries say to them. To be asked before the transaction: within it, it would wait for a second
 * connection while others, who have one, wait for the project's lock.
 *
 * @throws UNAUTHENTICATED when there is none
 */
export async function actorOf(context: Context): Promise<Actor> {
  return { viewer: viewerOf(context), access: await context.access() };
}

/**
 * Keeps a project as it is until the transaction ends: all that changes a project or what belongs to it locks it first.
 *
 * @param id a UUID
 */
export async function lockProject(tx: Prisma.TransactionClient, id: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "projects" WHERE "id" = ${id}::uuid FOR UPDATE`;
}

/**
 * The project, locked, for a viewer who is going to change it.
 *
 * @param id a UUID
 * @param field where it is named among the mutation's arguments
 * @throws the user fault NOT_FOUND when the viewer may not see it, FORBIDDEN when they may not change it
 */
export async function lockProjectFor(
  tx: Prisma.TransactionClient,
  id: string,
  action: ProjectAction,
  { viewer, access }: Actor,
  field: string[],
): Promise<Project> {
  await lockProject(tx, id);
  const project = await tx.project.findFirst({ where: { AND: [{ id }, seenBy({ viewer }, access)] } });
  if (!project) return userFaults(noSuchProject(field));
  if (manages(viewer)) return project;
  const entry = (await access.check(action, [id], tx)).get(id);
  if (entry ? entry === 'ALLOW' : project.userId === viewer.userId) return project;
  return userFaults(
    fault('FORBIDDEN', 'Only its owner may do this with the project, and whom they let.', field),
  );
}

/**
 * The state in which a step leaves the project.
 *
 * @throws the user fault PROJECT_BUSY when a service is at work on it, CONFLICT when the step cannot be done for another reason
 */
export function stepOrFault(project: Project, step: ProjectStep, field: string[]): ProjectStatus {
  const status = toGraph<ProjectStatus>(project.status);
  return afterStep(status, step) ?? userFaults(busyOr(status, field));
}

/** Why nothing can be done with a project of that status now. */
function busyOr(status: ProjectStatus, field: string[]) {
  if (isBusy(status)) return busy(status, field);
  const message =
    status === 'DRAFT'
      ? 'The project has no content yet.'
      : `This cannot be done with a project that is ${status.toLowerCase()}.`;
  return fault('CONFLICT', message, field, { status });
}

/** The fault of a change that must wait until a service has done its work. */
export function busy(status: ProjectStatus, field: string[]) {
  const message =
    status === 'GENERATING'
      ? 'An animation of the project is being made: wait for it, or cancel it.'
      : 'The project is being analysed: wait for it.';
  return fault('PROJECT_BUSY', message, field, { status });
}

/**
 * Writes what has changed of a project, and tells of it.
 *
 * @param also the names of fields that changed and are no columns of it
 */
export async function changeProject(
  tx: Prisma.TransactionClient,
  before: Project,
  { status, ...values }: Prisma.ProjectUncheckedUpdateInput & { status?: ProjectStatus },
  also: readonly string[] = [],
): Promise<Project> {
  const stored = status && toStored(status);
  const data = { ...values, ...(stored && stored !== before.status && { status: stored }) };
  const changes = [...Object.keys(data), ...also];
  if (changes.length === 0) return before;
  const after = await tx.project.update({ where: { id: before.id }, data });
  await appendToOutbox(tx, 'projectUpdated', { projectId: after.id, userId: after.userId, changes });
  return after;
}
