import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { compareAnswers, type Difference } from './compare.ts';
import { canonical } from './hash.ts';
import type { AnswerInParts, Part } from './oracle-parts.ts';

/**
 * Compares an answer in parts with the truth: the same first part, and for each deferred fragment the same parts, each with
 * the same data and the same nulls explained by errors. The order of parts is free, but for what is inside of others.
 *
 * Parts may rightly differ in one way: what is null in the whole answer because of a non-null field in a deferred fragment
 * may be null at once. The fragment is fetched with the rest where its object is no entity, and the subgraph has let the
 * null climb already.
 *
 * @param whole the truth about the answer that is not taken apart
 */
export function compareParts(
  truth: AnswerInParts,
  answer: AnswerInParts,
  whole: FormattedExecutionResult,
  isHidden: (error: GraphQLFormattedError) => boolean,
): Difference[] {
  const differences = compareSettled(truth.first, answer.first, whole.data, isHidden);
  const merged: unknown = structuredClone(answer.first.data);
  const found = new Map<string, Part[]>();
  for (const part of answer.parts) {
    const name = nameOf(part);
    found.set(name, [...(found.get(name) ?? []), part]);
    const target = follow(merged, part.path);
    if (typeof target !== 'object' || target === null) {
      differences.push({ kind: 'part without object', detail: name });
    } else if (part.data !== null) {
      mergeInto(target as Record<string, unknown>, structuredClone(part.data) as object);
    }
  }
  for (const expected of truth.parts) {
    const name = nameOf(expected);
    // A fragment that is spread in several deferred fragments has a part in each.
    const part = found.get(name)?.shift();
    const inWhole = follow(whole.data, expected.path) ?? null;
    if (!part && inWhole !== null) differences.push({ kind: 'part missing', detail: name });
    if (!part) continue;
    const inPart = compareSettled(toResult(expected), toResult(part), inWhole, isHidden);
    differences.push(...inPart.map(({ kind, detail }) => ({ kind, detail: `${name}: ${detail}` })));
  }
  for (const part of [...found.values()].flat()) {
    differences.push({ kind: 'part invented', detail: nameOf(part) });
  }

  const isClean = !whole.errors && [answer.first, ...answer.parts].every(({ errors }) => !errors?.length);
  if (isClean && canonical(merged) !== canonical(whole.data)) {
    differences.push({ kind: 'data', detail: `all parts come to ${JSON.stringify(merged)}` });
  }
  return differences;
}

function compareSettled(
  truth: FormattedExecutionResult,
  answer: FormattedExecutionResult,
  whole: unknown,
  isHidden: (error: GraphQLFormattedError) => boolean,
): Difference[] {
  const settled = settle(truth, answer.data, whole);
  // What is null beside something that has taken it along is so for a reason, even if it would have been null by itself.
  const errors = answer.errors?.filter(({ path = [] }) => {
    if (answer.data === null) return true;
    const length = path.findIndex((_, index) => follow(answer.data, path.slice(0, index + 1)) === null) + 1;
    const position = path.slice(0, length);
    const isTrue = settled.errors?.some((error) =>
      position.every((step, index) => error.path?.[index] === step),
    );
    return length === 0 || isTrue || follow(whole, position) !== null;
  });
  return compareAnswers(settled, { ...answer, errors }, isHidden);
}

/** The truth with the nulls of an answer that are right although they might have come later, or not at all. */
function settle(
  truth: FormattedExecutionResult,
  answered: unknown,
  whole: unknown,
): FormattedExecutionResult {
  const errors = [...(truth.errors ?? [])];

  function visit(value: unknown, answer: unknown, inWhole: unknown, path: (string | number)[]): unknown {
    if (value === null) return null;
    if (answer === null && inWhole === null) {
      errors.push({ message: 'null at once', path });
      return null;
    }
    if (typeof value !== 'object') return value;
    const below = (key: string | number) =>
      visit(member(value, key), member(answer, key), member(inWhole, key), [...path, key]);
    if (Array.isArray(value)) return value.map((_, index) => below(index));
    return Object.fromEntries(Object.keys(value).map((key) => [key, below(key)]));
  }

  const data = visit(truth.data ?? null, answered, whole ?? null, []) as FormattedExecutionResult['data'];
  return { data, ...(errors.length > 0 && { errors }) };
}

/** What is below null is null. */
function member(value: unknown, key: string | number): unknown {
  return value === null ? null : (value as Record<string | number, unknown> | undefined)?.[key];
}

function nameOf({ label, path }: Part): string {
  return `${label} at ${JSON.stringify(path)}`;
}

function toResult({ data, errors }: Part): FormattedExecutionResult {
  return { data: data as FormattedExecutionResult['data'], errors };
}

function follow(data: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce(member, data);
}

function mergeInto(target: Record<string, unknown>, source: object): void {
  for (const [key, value] of Object.entries(source)) {
    const present = target[key];
    if (typeof present === 'object' && present !== null && typeof value === 'object' && value !== null) {
      mergeInto(present as Record<string, unknown>, value);
    } else target[key] = value;
  }
}
