import { defineConfig } from 'vitest/config';

// One copy of graphql for our code and its dependencies: with two, coded errors turn into INTERNAL_SERVER_ERROR.
const alias = { graphql: 'graphql/index.js' };

export default defineConfig({
  resolve: { alias },
  test: {
    globalSetup: './vitest.setup.ts',
    reporters: ['default', './vitest.reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // All cores: vitest leaves one free, and of two that is half of them.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,packages,subgraphs,prisma,bench}/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'bench/peers/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          globalSetup: './e2e/kit/setup.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // After the unit tests: whole systems want the machine for themselves.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
