import { decodeId, mutation, userFaults } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import { finishAnalysis, lockPending } from './content-analysis.write.ts';
import { noSuchAnalysis } from './faults.ts';
import { forget } from './loaders.ts';
import { actorOf, lockProjectFor } from './project.write.ts';

/** Ends an analysis that the service does not end: its project is at rest then. */
export const contentAnalysisCancel: MutationResolvers['contentAnalysisCancel'] = mutation(
  async (_parent, { id }, context) => {
    const uuid = decodeId('content_analysis', id);
    const actor = await actorOf(context);
    // The loader gives only what the viewer may see.
    const seen = await context.loaders.contentAnalysis.load(uuid);
    if (!seen) return userFaults(noSuchAnalysis(['id']));
    const { analysis } = await context.db.$transaction(async (tx) => {
      await lockProjectFor(tx, seen.projectId, 'projects:update', actor, ['id']);
      const { project, analysis: pending } = await lockPending(tx, uuid, ['id']);
      const failureReason = 'It was cancelled.';
      return finishAnalysis(
        tx,
        project,
        pending,
        { result: {}, confidenceScore: null, failureReason },
        {
          step: 'analysesCancelled',
        },
      );
    });
    forget(context.loaders);
    return { analysis };
  },
);
