import { appendToOutbox } from '@kronos/events';
import type { ContentAnalysis, Prisma, Project } from '@kronos/prisma-projects';
import { userFaults } from '@kronos/subgraph';
import type { ProjectStatus } from './__generated__/types.ts';
import { fault, noSuchAnalysis } from './faults.ts';
import { afterStep, type ProjectStep } from './project.status.ts';
import { changeProject, lockProject } from './project.write.ts';
import { toGraph } from './states.ts';

/** What came of an analysis: a failure when there is a reason for it. */
export interface Finding {
  result: Prisma.InputJsonObject;
  confidenceScore: number | null;
  failureReason: string | null;
}

/**
 * An analysis that is still to be done, with its project, which is locked.
 *
 * @param id a UUID
 * @param projectId a UUID; whichever, when omitted
 * @throws the user faults NOT_FOUND, and CONFLICT when it is done
 */
export async function lockPending(
  tx: Prisma.TransactionClient,
  id: string,
  field: string[],
  projectId?: string,
): Promise<{ project: Project; analysis: ContentAnalysis }> {
  const named = await tx.contentAnalysis.findFirst({ where: { id, projectId }, select: { projectId: true } });
  if (!named) return userFaults(noSuchAnalysis(field));
  await lockProject(tx, named.projectId);
  // It may have been done, or deleted with its project, before the project was locked.
  const found = await tx.contentAnalysis.findUnique({ where: { id }, include: { project: true } });
  if (!found) return userFaults(noSuchAnalysis(field));
  const { project, ...analysis } = found;
  if (analysis.status !== 'pending')
    userFaults(
      fault('CONFLICT', 'The analysis is finished already.', field, { status: toGraph(analysis.status) }),
    );
  return { project, analysis };
}

/**
 * Ends an analysis, and with the last one that is to be done the project's being analysed.
 *
 * @param also the names of the project's fields that this changes beside its analyses
 * @param step what its end is to the project, when it is not done; that it has failed, when omitted
 */
export async function finishAnalysis(
  tx: Prisma.TransactionClient,
  project: Project,
  { id }: Pick<ContentAnalysis, 'id'>,
  finding: Finding,
  { also = [], step: given }: { also?: readonly string[]; step?: ProjectStep } = {},
): Promise<{ project: Project; analysis: ContentAnalysis }> {
  const analysis = await tx.contentAnalysis.update({
    where: { id },
    data: { ...finding, status: finding.failureReason ? 'failed' : 'completed', finishedAt: new Date() },
  });
  await appendToOutbox(tx, 'contentAnalysisCompleted', { analysisId: id, projectId: project.id });
  const pending = await tx.contentAnalysis.count({ where: { projectId: project.id, status: 'pending' } });
  const step = given ?? (finding.failureReason ? 'analysesFailed' : 'analysesCompleted');
  // Others that are still to be done keep it analysed; in another state it has been put by its owner, and stays.
  const next = pending > 0 ? null : afterStep(toGraph<ProjectStatus>(project.status), step);
  const after = await changeProject(tx, project, next ? { status: next } : {}, ['analyses', ...also]);
  return { project: after, analysis };
}
