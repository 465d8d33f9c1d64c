import type { Reporter, TestCase } from 'vitest/node';

/** Ends the suite's output with the line `N passed, N failed` alone, for people and for CI to read. */
export default class CountReporter implements Reporter {
  #passed = 0;
  #failed = 0;

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'passed') this.#passed += 1;
    if (state === 'failed') this.#failed += 1;
  }

  onTestRunEnd(
    modules: Parameters<NonNullable<Reporter['onTestRunEnd']>>[0],
    errors: Parameters<NonNullable<Reporter['onTestRunEnd']>>[1],
  ): void {
    // A file that cannot be loaded has no test cases; it is a failure all the same.
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length;
    const { passed, failed } = { passed: this.#passed, failed: this.#failed + broken };
    process.on('exit', () => process.stdout.write(`${passed} passed, ${failed} failed\n`));
  }
}
