import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterReport, hasEnded, type JobState } from './generation-job.status.ts';

test.each([
  ['QUEUED', 0, 'RUNNING', undefined, { status: 'RUNNING', progress: 0 }],
  ['RUNNING', 0.4, 'RUNNING', 0.5, { status: 'RUNNING', progress: 0.5 }],
  ['RUNNING', 0.5, 'RUNNING', 0.4, { status: 'RUNNING', progress: 0.5 }],
  ['RUNNING', 0.5, 'FAILED', undefined, { status: 'FAILED', progress: 0.5 }],
  ['QUEUED', 0, 'SUCCEEDED', undefined, { status: 'SUCCEEDED', progress: 1 }],
  ['CANCELLED', 0.5, 'RUNNING', 0.6, null],
  ['FAILED', 0.5, 'SUCCEEDED', 1, null],
] as const)('%s at %d, and %s at %s is reported', (status, progress, report, reported, next) => {
  expect(afterReport({ status, progress }, report, reported)).toEqual(next);
});

const reports = fc.array(
  fc.record({
    report: fc.constantFrom('RUNNING', 'SUCCEEDED', 'FAILED'),
    progress: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  }),
);

test('whatever is reported, in whatever order, progress does not go back, and an end is an end', () => {
  fc.assert(
    fc.property(reports, (all) => {
      let job: JobState = { status: 'QUEUED', progress: 0 };
      for (const { report, progress } of all) {
        const next = afterReport(job, report as 'RUNNING', progress);
        if (hasEnded(job.status)) expect(next).toBeNull();
        else expect(next!.progress).toBeGreaterThanOrEqual(job.progress);
        job = next ?? job;
      }
    }),
  );
});
