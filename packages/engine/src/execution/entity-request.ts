import type { GraphQLFormattedError } from 'graphql';
import type { SubgraphResult } from '../http/read-result.ts';
import { absorbEntities, type EntityBatch, gatherEntities } from './entity-batch.ts';
import type { Fetch } from './fetch.ts';
import { joinOperations } from './join-operations.ts';
import { bodyHead, writeVariables } from './request-body.ts';
import type { Run, Step } from './run.ts';
import { asGraphQLError } from './subgraph-error.ts';

/** The text of a request for the entities of one or several fetches. */
interface Composed {
  head: string;
  variables: readonly string[];
  /** Per fetch: the response key of its entities and the variable of its representations. */
  parts: readonly { key: string; variable: string }[];
}

/**
 * Compiles one or several fetches of entities from one subgraph into one request.
 *
 * @param fetches that are ready at the same time; those for which there is nothing to ask are left out of the request
 */
export function compileEntityRequest(fetches: readonly Fetch[]): Step {
  const { call } = fetches[0]!;
  // By the fetches that take part, of which there are few combinations in practice.
  const composed = new Map<string, Composed>();

  function composeFor(batches: readonly EntityBatch[]): Composed {
    const key = fetches.length === 1 ? '' : batches.map(({ fetch }) => fetches.indexOf(fetch)).join();
    let found = composed.get(key);
    if (!found) {
      found = compose(batches.map(({ fetch }) => fetch));
      composed.set(key, found);
    }
    return found;
  }

  return async (run) => {
    const batches: EntityBatch[] = [];
    for (const fetch of fetches) {
      const batch = gatherEntities(run, fetch);
      if (batch) batches.push(batch);
    }
    if (batches.length === 0) return;
    const { head, variables, parts } = composeFor(batches);
    let members = writeVariables(variables, run.variables);
    for (let index = 0; index < batches.length; index++) {
      if (members !== '') members += ',';
      members += `"${parts[index]!.variable}":${batches[index]!.representations}`;
    }
    try {
      absorb(run, batches, parts, await call(run.request, `${head}${members}}}`, true));
    } catch (error) {
      for (const { fetch, groups } of batches) {
        run.problems.fail(groups.flat(), { error: asGraphQLError(error), keys: fetch.keys });
      }
    }
  };
}

function compose(fetches: readonly Fetch[]): Composed {
  const [first] = fetches;
  if (fetches.length === 1) {
    return {
      head: bodyHead(first!.operation, first!.operationName),
      variables: first!.variables,
      parts: [{ key: '_entities', variable: 'representations' }],
    };
  }
  const { operation, parts } = joinOperations(fetches.map(({ operation }) => operation));
  const variables = [...new Set(fetches.flatMap((fetch) => fetch.variables))];
  return { head: bodyHead(operation, undefined), variables, parts };
}

function absorb(
  run: Run,
  batches: readonly EntityBatch[],
  parts: Composed['parts'],
  { data, errors }: SubgraphResult,
): void {
  for (const [index, batch] of batches.entries()) {
    const { key } = parts[index]!;
    // With data for each, an error that belongs to no batch is reported once.
    const isForAll = !data || index === 0;
    absorbEntities(run, batch, data?.[key], errors && errorsBelow(key, errors, isForAll ? parts : undefined));
  }
}

/**
 * The errors of one batch, their paths without the key.
 *
 * @param parts all batches, when the errors that belong to none of them are wanted too
 */
function errorsBelow(
  key: string,
  errors: GraphQLFormattedError[],
  parts: Composed['parts'] | undefined,
): GraphQLFormattedError[] | undefined {
  const found = errors
    .filter(({ path }) => path?.[0] === key || (parts && !parts.some((part) => part.key === path?.[0])))
    .map((error) => ({ ...error, path: error.path?.[0] === key ? error.path.slice(1) : undefined }));
  return found.length > 0 ? found : undefined;
}
