import type { SubgraphResult } from '../http/read-result.ts';
import { collect, findPlaces } from './collect.ts';
import type { Fetch } from './fetch.ts';
import { copy, merge } from './merge.ts';
import { bodyHead, writeVariables } from './request-body.ts';
import type { DataObject, Run, Step } from './run.ts';
import { asGraphQLError, toGraphQLError } from './subgraph-error.ts';

/** Compiles a fetch from a subgraph's root, whose targets are the root of the data or objects that lead back to it. */
export function compileRootRequest(fetch: Fetch): Step {
  const head = bodyHead(fetch.operation, fetch.operationName);
  return async (run) => {
    const targets = fetch.path.length === 0 ? [run.data] : collect(run, fetch);
    if (targets.length === 0) return;
    const body = `${head}${writeVariables(fetch.variables, run.variables)}}}`;
    try {
      absorbRoot(run, fetch, targets, await fetch.call(run.request, body, fetch.isRead, fetch.operationName));
    } catch (error) {
      run.problems.fail(targets, { error: asGraphQLError(error), keys: fetch.keys });
    }
  };
}

/** Takes a result into the data; it must not be used again. */
export function absorbRoot(
  run: Run,
  fetch: Fetch,
  targets: readonly DataObject[],
  result: SubgraphResult,
): void {
  if (result.errors) noteErrors(run, fetch, targets, result);
  if (!result.data) return;
  if (!result.isPlain) run.isPlain = false;
  run.collected.clear();
  fetch.rewrite?.(result.data);
  for (const [index, target] of targets.entries())
    merge(target, index === 0 ? result.data : copy(result.data), fetch.vagueTypes);
}

function noteErrors(
  run: Run,
  fetch: Fetch,
  targets: readonly DataObject[],
  { data, errors = [] }: SubgraphResult,
): void {
  const { problems } = run;
  const places = [...findPlaces(run.data, fetch.path).values()].flat();
  for (const error of errors) {
    const located = toGraphQLError(fetch.service, error);
    if (error.path?.length) {
      const path = fetch.rewritePath(error.path);
      for (const place of places) problems.located.push({ path: [...place, ...path], error: located });
      // Its null has taken along everything that was asked beside.
      if (!data) problems.fail(targets, { error: located, keys: fetch.keys });
    } else if (data) problems.unlocated.push(located);
    else problems.fail(targets, { error: located, keys: fetch.keys });
  }
}
