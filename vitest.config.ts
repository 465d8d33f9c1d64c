import { defineConfig } from 'vitest/config';
import LongestFirst from './vitest.sequencer.ts';

// One copy of graphql for our code and its dependencies: with two, coded errors turn into INTERNAL_SERVER_ERROR.
const alias = { graphql: 'graphql/index.js' };

/** Stories that start systems of their own: whatever happens to these, no other story sees it. */
const ownSystems = [
  'e2e/{backups,chaos,healing,lifecycle,one-process,own-command,pgbouncer,pii,resume}/**/*.test.ts',
  'e2e/story/story.test.ts',
  'e2e/traces/traces.test.ts',
];

export default defineConfig({
  resolve: { alias },
  test: {
    globalSetup: './vitest.setup.ts',
    reporters: ['default', './vitest.reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // All cores: vitest leaves one free, and of two that is half of them.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // One import of everything per worker instead of one per file, which cost as much as the tests.
          isolate: false,
          include: ['{apps,packages,subgraphs,prisma,bench}/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'bench/peers/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e-systems',
          include: ownSystems,
          globalSetup: './e2e/kit/prepare.ts',
          testTimeout: 300_000,
          hookTimeout: 180_000,
          // After the unit tests, two at a time: one alone leaves a core idle for half of its time.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ownSystems,
          globalSetup: './e2e/kit/setup.ts',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          // Last, and one after the other: these share a system, and some say within which time it does something.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
