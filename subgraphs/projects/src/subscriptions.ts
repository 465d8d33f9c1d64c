import { decodeId, encodeId, notFound, subscription } from '@kronos/subgraph';
import type {
  SubscriptionContentAnalysisCompletedArgs,
  SubscriptionGenerationJobUpdatedArgs,
  SubscriptionProjectUpdatedArgs,
} from './__generated__/types.ts';
import type { Context } from './context.ts';

const log = (context: Context) => context.log;
type NoArgs = Record<string, never>;

/** Refuses to follow a project that the caller may not see. Without an id there is nothing to refuse. */
async function authorizeProject(id: string | null | undefined, { loaders }: Context): Promise<void> {
  if (typeof id !== 'string') return;
  if (!(await loaders.project.load(decodeId('project', id)))) throw notFound('There is no such project.');
}

const keyOf = (id: string | null | undefined) =>
  typeof id === 'string' ? decodeId('project', id) : undefined;

/** Whether there is something to show: the loaders give only what the caller may see, as it is now. */
async function analysisOf({ payload }: { payload: { analysisId: string } }, { loaders }: Context) {
  return loaders.contentAnalysis.load(payload.analysisId);
}

async function jobOf({ payload }: { payload: { generationJobId: string } }, { loaders }: Context) {
  return loaders.generationJob.load(payload.generationJobId);
}

/** Those that the service listens to. */
function forAnalysis(name: 'contentAnalysisRequested') {
  return subscription<typeof name, NoArgs, Context, object>(
    {
      domain: 'projects',
      names: [name],
      visible: async (event, _args, context) => (await analysisOf(event, context)) !== null,
      resolve: async (event, _args, context) => ({ analysis: await analysisOf(event, context) }),
    },
    log,
  );
}

/** See `forAnalysis`. */
function forGeneration(name: 'generationJobRequested' | 'generationJobCancelled') {
  return subscription<typeof name, NoArgs, Context, object>(
    {
      domain: 'projects',
      names: [name],
      visible: async (event, _args, context) => (await jobOf(event, context)) !== null,
      resolve: async (event, _args, context) => ({ generationJob: await jobOf(event, context) }),
    },
    log,
  );
}

export const Subscription = {
  projectUpdated: subscription<'projectUpdated', SubscriptionProjectUpdatedArgs, Context, object>(
    {
      domain: 'projects',
      names: ['projectUpdated'],
      key: ({ id }) => keyOf(id),
      authorize: ({ id }, context) => authorizeProject(id, context),
      visible: async ({ payload }, _args, { loaders }) =>
        (await loaders.project.load(payload.projectId)) !== null,
      resolve: async ({ payload }, _args, { loaders }) => ({
        project: await loaders.project.load(payload.projectId),
        changes: payload.changes,
      }),
    },
    log,
  ),

  contentAnalysisCompleted: subscription<
    'contentAnalysisCompleted',
    SubscriptionContentAnalysisCompletedArgs,
    Context,
    object
  >(
    {
      domain: 'projects',
      names: ['contentAnalysisCompleted'],
      key: ({ projectId }) => keyOf(projectId),
      authorize: ({ projectId }, context) => authorizeProject(projectId, context),
      visible: async (event, _args, context) => (await analysisOf(event, context)) !== null,
      resolve: async (event, _args, context) => ({ analysis: await analysisOf(event, context) }),
    },
    log,
  ),

  generationJobUpdated: subscription<
    'generationJobUpdated',
    SubscriptionGenerationJobUpdatedArgs,
    Context,
    object
  >(
    {
      domain: 'projects',
      names: ['generationJobUpdated'],
      key: ({ id }) => decodeId('generation_job', id),
      async authorize({ id }, { loaders }) {
        const job = await loaders.generationJob.load(decodeId('generation_job', id));
        if (!job) throw notFound('There is no such animation.');
      },
      visible: async (event, _args, context) => (await jobOf(event, context)) !== null,
      resolve: async (event, _args, context) => ({ generationJob: await jobOf(event, context) }),
    },
    log,
  ),

  projectDeleted: subscription<'projectDeleted', NoArgs, Context, object>(
    {
      domain: 'projects',
      names: ['projectDeleted'],
      // It is gone: there is nothing left to look at.
      resolve: async ({ payload }) => ({ projectId: encodeId('project', payload.projectId) }),
    },
    log,
  ),

  contentAnalysisRequested: forAnalysis('contentAnalysisRequested'),
  generationJobRequested: forGeneration('generationJobRequested'),
  generationJobCancelled: forGeneration('generationJobCancelled'),
};
