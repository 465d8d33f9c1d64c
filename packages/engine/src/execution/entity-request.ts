import type { GraphQLFormattedError } from 'graphql';
import type { SubgraphResult } from '../http/read-result.ts';
import { absorbEntities, type EntityBatch, gatherEntities } from './entity-batch.ts';
import type { Fetch } from './fetch.ts';
import { joinOperations } from './join-operations.ts';
import { completeAnswer, findKnown, type PartlyKnown } from './known-entities.ts';
import { bodyHead, writeVariables } from './request-body.ts';
import type { Run, Step } from './run.ts';
import { asGraphQLError } from './subgraph-error.ts';

/** The text of a request for one or several batches. */
interface Composed {
  head: string;
  variables: readonly string[];
  /** Per batch: the response key of its entities and the variable of its representations. */
  parts: readonly { key: string; variable: string }[];
}

/**
 * Compiles one or several fetches of entities from one subgraph into one request.
 *
 * @param fetches that are ready at the same time; those for which there is nothing to ask are left out of the request
 */
export function compileEntityRequest(fetches: readonly Fetch[]): Step {
  const { call } = fetches[0]!;
  const operationName = fetches.length === 1 ? fetches[0]!.operationName : undefined;
  const slots = toSlots(fetches);
  // By the slots that take part, of which there are few combinations in practice.
  const composed = new Map<string, Composed>();

  function composeFor(batches: readonly EntityBatch[]): Composed {
    const key =
      slots.length === 1 ? '' : batches.map((batch) => slots.indexOf(batch.fetches as Fetch[])).join();
    let found = composed.get(key);
    if (!found) {
      found = compose(batches.map((batch) => batch.fetches[0]!));
      composed.set(key, found);
    }
    return found;
  }

  return async (run) => {
    const batches: EntityBatch[] = [];
    for (const slot of slots) {
      const batch = gatherEntities(run, slot);
      if (batch) batches.push(batch);
    }
    if (batches.length === 0) return;
    const known = fetches[0]!.know && (await findAllKnown(run, batches));
    if (known) absorbKnown(run, known, batches);
    if (batches.length === 0) return;
    const { head, variables, parts } = composeFor(batches);
    let members = writeVariables(variables, run.variables);
    for (let index = 0; index < batches.length; index++) {
      const batch = batches[index]!;
      if (members !== '') members += ',';
      const representations = known?.get(batch)?.representations ?? batch.grouping.representations;
      members += `"${parts[index]!.variable}":[${representations}]`;
    }
    try {
      const answer = await call(run.request, `${head}${members}}}`, true, operationName);
      absorb(run, batches, parts, known ? withKnown(answer, known, batches, parts) : answer);
    } catch (error) {
      for (const batch of batches) {
        run.problems.fail(batch.grouping.objects, {
          error: asGraphQLError(error),
          keys: batch.fetches[0]!.keys,
        });
      }
    }
  };
}

type AllKnown = ReadonlyMap<EntityBatch, PartlyKnown>;

/** What is known of batches; undefined when nothing is to be known of any. */
async function findAllKnown(run: Run, batches: readonly EntityBatch[]): Promise<AllKnown | undefined> {
  const known = new Map<EntityBatch, PartlyKnown>();
  const found = await Promise.all(batches.map((batch) => findKnown(run, batch)));
  for (const [index, batch] of batches.entries()) if (found[index]) known.set(batch, found[index]);
  return known.size > 0 ? known : undefined;
}

/** Takes batches of which everything is known, and out of those that are to be asked. */
function absorbKnown(run: Run, known: AllKnown, batches: EntityBatch[]): void {
  for (const [batch, partly] of known) {
    if (partly.missing.length > 0) continue;
    batches.splice(batches.indexOf(batch), 1);
    absorb(run, [batch], [alone], completeAnswer(partly, undefined, alone.key));
  }
}

function withKnown(
  answer: SubgraphResult,
  known: AllKnown,
  batches: readonly EntityBatch[],
  parts: Composed['parts'],
): SubgraphResult {
  return batches.reduce((result, batch, index) => {
    const partly = known.get(batch);
    return partly ? completeAnswer(partly, result, parts[index]!.key) : result;
  }, answer);
}

/** Fetches of the same leaves at different paths ask together: then an entity that is at several is asked for once. */
function toSlots(fetches: readonly Fetch[]): Fetch[][] {
  const slots = new Map<unknown, Fetch[]>();
  for (const fetch of fetches) {
    const key = fetch.isFlat
      ? `${withoutName(fetch.operation)} ${fetch.targetType} ${fetch.representation}`
      : fetch;
    const slot = slots.get(key);
    if (slot) slot.push(fetch);
    else slots.set(key, [fetch]);
  }
  return [...slots.values()];
}

function withoutName(operation: string): string {
  return operation.replace(/^query\s+\w+/, 'query');
}

const alone = { key: '_entities', variable: 'representations' };

function compose(fetches: readonly Fetch[]): Composed {
  const [first] = fetches;
  if (fetches.length === 1) {
    return {
      head: bodyHead(first!.operation, first!.operationName),
      variables: first!.variables,
      parts: [alone],
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
  { data, errors, isPlain }: SubgraphResult,
): void {
  if (!isPlain) run.isPlain = false;
  for (let index = 0; index < batches.length; index++) {
    const { key } = parts[index]!;
    // With data for each, an error that belongs to no batch is reported once.
    const isForAll = !data || index === 0;
    const below = errors && errorsBelow(key, errors, isForAll ? parts : undefined);
    absorbEntities(run, batches[index]!, data?.[key], below);
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
