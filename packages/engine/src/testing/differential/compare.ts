import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';

/** In what the answers differ; empty when they agree. */
export interface Difference {
  kind:
    | 'data'
    | 'error missing'
    | 'error invented'
    | 'error without path'
    | 'part missing'
    | 'part invented'
    | 'part without object'
    | 'hasNext';
  detail: string;
}

/**
 * Compares an answer with the truth: the same data, keys in the same order, and the same nulls explained by errors.
 *
 * What counts of an error is the null that it explains, which is the first one on its path: which of several errors below
 * one null are reported, and in which words, is free by the specification.
 *
 * @param isHidden whether an error that explains no null is about a field that was only fetched for a `@requires`
 */
export function compareAnswers(
  truth: FormattedExecutionResult,
  answer: FormattedExecutionResult,
  isHidden: (error: GraphQLFormattedError) => boolean,
): Difference[] {
  const differences: Difference[] = [];
  const expected = JSON.stringify(truth.data ?? null);
  const actual = JSON.stringify(answer.data ?? null);
  if (expected !== actual) differences.push({ kind: 'data', detail: firstDifference(expected, actual) });

  const explained = new Set((truth.errors ?? []).map((error) => explainedNull(truth.data, error.path)));
  const found = new Set<string | undefined>();
  for (const error of answer.errors ?? []) {
    const position = explainedNull(answer.data, error.path);
    found.add(position);
    if (explained.has(position) || (position === undefined && isHidden(error))) continue;
    const kind = error.path || position !== undefined ? 'error invented' : 'error without path';
    differences.push({ kind, detail: `${JSON.stringify(error.path)}: ${error.message}` });
  }
  for (const position of explained) {
    if (!found.has(position)) differences.push({ kind: 'error missing', detail: String(position) });
  }
  return differences;
}

/** The path of the first null on an error's path; undefined when there is none. */
export function explainedNull(data: unknown, path: readonly (string | number)[] = []): string | undefined {
  let value: unknown = data ?? null;
  const passed: (string | number)[] = [];
  for (const step of path) {
    if (value === null) break;
    value = (value as Record<string | number, unknown>)[step];
    passed.push(step);
    if (value === undefined) return undefined;
  }
  return value === null ? JSON.stringify(passed) : undefined;
}

function firstDifference(expected: string, actual: string): string {
  let index = 0;
  while (expected[index] === actual[index] && index < expected.length) index++;
  const from = Math.max(0, index - 60);
  return `expected …${expected.slice(from, index + 80)}\n     got …${actual.slice(from, index + 80)}`;
}
