import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { SubgraphResult } from '../http/read-result.ts';
import type { EntityBatch } from './entity-batch.ts';
import { writeVariables } from './request-body.ts';
import { isObject, type Run } from './run.ts';

/** A fetch of entities, once for each plan that has it. */
export interface EntityFetch {
  subgraph: string;
  /** The text of its operation. */
  operation: string;
  /** The supergraph's schema, with what clients do not know. */
  schema: GraphQLSchema;
}

/** What is known of entities before their subgraph is asked. */
export interface KnownEntities {
  /** By place, the JSON of what the subgraph has said of it; undefined when it has to be asked. */
  texts: readonly (string | undefined)[];
  /** Takes what it says of one for which it had to be asked, as JSON. It is called for those without errors alone. */
  keep(place: number, text: string): void;
}

/**
 * Asked before a subgraph is.
 *
 * @param context of the request
 * @param asked what is asked, made when it is called: JSON of the variables, and of each entity's representation
 * @returns undefined when the subgraph is to be asked for all
 */
export type KnowEntities = (
  context: Record<string, unknown>,
  fetch: EntityFetch,
  asked: () => { variables: string; representations: readonly string[] },
) => Promise<KnownEntities> | undefined;

/** A batch of which some entities are known. */
export interface PartlyKnown extends KnownEntities {
  /** What stands between the brackets of the list in the request. */
  representations: string;
  /** The places of those for which the subgraph is asked. */
  missing: readonly number[];
}

/** What is known of a batch; undefined when nothing is to be known of it. */
export async function findKnown(run: Run, batch: EntityBatch): Promise<PartlyKnown | undefined> {
  const fetch = batch.fetches[0]!;
  let representations: string[] = [];
  const known = fetch.know?.(run.request.context, fetch, () => {
    representations = representationsOf(run, batch);
    return { variables: `{${writeVariables(fetch.variables, run.variables)}}`, representations };
  });
  if (!known) return undefined;
  const { texts, keep } = await known;
  const missing = [...representations.keys()].filter((place) => texts[place] === undefined);
  return { texts, keep, missing, representations: missing.map((place) => representations[place]!).join() };
}

function representationsOf({ isPlain }: Run, { fetches, grouping }: EntityBatch): string[] {
  const { represent, targetType } = fetches[0]!;
  return grouping.firsts.map((first) => represent!.write(first, targetType ?? first.__typename, isPlain)!);
}

/**
 * The answer for a whole batch: what the subgraph says, put between what is known.
 *
 * @param answer undefined when it was not asked
 * @param key of the batch in the answer
 * @returns the answer as it would be if the subgraph had been asked for all
 */
export function completeAnswer(
  { texts, keep, missing }: PartlyKnown,
  answer: SubgraphResult | undefined,
  key: string,
): SubgraphResult {
  const found = texts.map((text) => (text === undefined ? undefined : (JSON.parse(text) as unknown)));
  const isPlain = texts.every((text) => text === undefined || !text.includes('\\'));
  if (!answer) return { data: { [key]: found }, isPlain };
  const errors = answer.errors?.map((error) => placed(error, key, missing));
  const entities = answer.data?.[key];
  if (!Array.isArray(entities)) return { ...answer, ...(errors && { errors }) };
  // Of too few or too many nobody knows which they are: none will do.
  const isWhole = entities.length === missing.length;
  for (const [index, place] of missing.entries()) {
    const entity: unknown = entities[index];
    found[place] = entity;
    if (isWhole && !errors && isObject(entity)) keep(place, JSON.stringify(entity));
  }
  return {
    data: { ...answer.data, [key]: isWhole ? found : [] },
    ...(errors && { errors }),
    isPlain: isPlain && answer.isPlain === true,
  };
}

/** The same error at the place that its entity has among all. */
function placed(
  error: GraphQLFormattedError,
  key: string,
  missing: readonly number[],
): GraphQLFormattedError {
  const [first, index, ...below] = error.path ?? [];
  if (first !== key || typeof index !== 'number' || missing[index] === undefined) return error;
  return { ...error, path: [first, missing[index], ...below] };
}
