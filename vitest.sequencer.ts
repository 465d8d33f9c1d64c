import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, by the ends of their paths. */
const longest = [
  'apps/kronos/src/up/up.test.ts',
  'apps/kronos/src/new/new-domain.test.ts',
  'apps/gateway/src/pages/explorer.test.ts',
  'packages/engine/src/differential.test.ts',
  'e2e/traces/traces.test.ts',
  'e2e/chaos/chaos.test.ts',
  'e2e/chaos/leaks.test.ts',
  'e2e/resume/resume.test.ts',
];

/**
 * Begins with the files that take longest, so that none of them is what a core is left with at the end. Vitest knows them
 * only after a run; a fresh clone, as CI has it, would go by their size.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => groupOf(one) - groupOf(other) || rankOf(one) - rankOf(other));
  }
}

function groupOf({ project }: TestSpecification): number {
  return project.config.sequence.groupOrder;
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = longest.findIndex((path) => moduleId.endsWith(path));
  return rank === -1 ? longest.length : rank;
}
