import type { ProjectStatus } from './__generated__/types.ts';

/** What happens to a project. */
export type ProjectStep =
  | 'contentAdded'
  | 'analysisRequested'
  | 'analysesCompleted'
  | 'analysesFailed'
  | 'analysesCancelled'
  | 'generationRequested'
  | 'generationSucceeded'
  | 'generationFailed'
  | 'generationCancelled'
  | 'archived'
  | 'resumed';

type Steps = Partial<Record<ProjectStep, ProjectStatus>>;

/** What can be done with a project that is at rest. */
const atRest: Steps = {
  contentAdded: 'ACTIVE',
  analysisRequested: 'ANALYZING',
  generationRequested: 'GENERATING',
  archived: 'ARCHIVED',
  resumed: 'ACTIVE',
};

/** In each state, where each step leads; what is missing cannot happen then. */
const steps: Record<ProjectStatus, Steps> = {
  // Without content there is nothing to make an animation of.
  DRAFT: { ...atRest, generationRequested: undefined },
  ACTIVE: atRest,
  READY: atRest,
  FAILED: atRest,
  ARCHIVED: { archived: 'ARCHIVED', resumed: 'ACTIVE' },
  ANALYZING: {
    analysisRequested: 'ANALYZING',
    analysesCompleted: 'ACTIVE',
    analysesFailed: 'FAILED',
    analysesCancelled: 'ACTIVE',
  },
  GENERATING: { generationSucceeded: 'READY', generationFailed: 'FAILED', generationCancelled: 'ACTIVE' },
};

/** Where a step leads a project; null when it cannot be done in that state. */
export function afterStep(status: ProjectStatus, step: ProjectStep): ProjectStatus | null {
  return steps[status][step] ?? null;
}

/** Whether a service is at work on a project, so that its content must stay as it is. */
export function isBusy(status: ProjectStatus): boolean {
  return status === 'ANALYZING' || status === 'GENERATING';
}
