import type { JobReport, JobStatus } from './__generated__/types.ts';

/** How far a job has come. */
export interface JobState {
  status: JobStatus;
  /** 0 to 1. */
  progress: number;
}

/** Whether a job has ended, after which nothing of it changes any more. */
export function hasEnded(status: JobStatus): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED';
}

/**
 * How a job stands after a report of the service that works on it. Reports may overtake one another, so progress never
 * goes back; what was made is made wholly, and what has failed stays where it was.
 *
 * @param progress 0 to 1; as before, when omitted
 * @returns null when the job has ended
 */
export function afterReport(job: JobState, report: JobReport, progress?: number | null): JobState | null {
  if (hasEnded(job.status)) return null;
  const reached = report === 'SUCCEEDED' ? 1 : Math.max(job.progress, progress ?? job.progress);
  return { status: report, progress: reached };
}
