import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { collect, findPlaces, type Path } from './collect.ts';
import { findError, placeErrors } from './error-places.ts';
import type { Fetch } from './fetch.ts';
import { EntityGrouping, groupEntities } from './group-entities.ts';
import { copy } from './merge.ts';
import type { Problems } from './problems.ts';
import { type DataObject, isObject, type Run } from './run.ts';
import { toGraphQLError, wrongEntities } from './subgraph-error.ts';

/** What one selection of entities asks for in one run: each representation once, with the objects that are to get its entity. */
export interface EntityBatch {
  /** Several when they select the same leaves at different paths. */
  fetches: readonly Fetch[];
  grouping: EntityGrouping;
}

/** Collects the targets of fetches and writes their representations; undefined when there is nothing to ask for. */
export function gatherEntities(run: Run, fetches: readonly Fetch[]): EntityBatch | undefined {
  const grouping = new EntityGrouping();
  for (const fetch of fetches) {
    const blocked = groupEntities(
      collect(run, fetch),
      fetch.represent!,
      fetch.targetType,
      run.isPlain,
      grouping,
    );
    if (blocked.length > 0) noteBlocked(run, fetch, blocked);
  }
  return grouping.objects.length > 0 ? { fetches, grouping } : undefined;
}

/** Where something required is missing because of an error, that error is why this fetch gives nothing. */
function noteBlocked({ data, problems }: Run, fetch: Fetch, targets: DataObject[]): void {
  if (problems.isEmpty) return;
  const places = findPlaces(data, fetch.path);
  const errors = placeErrors(problems.allLocated());
  for (const target of targets) {
    const place = places.get(target)?.[0];
    const error = findFailure(problems, target) ?? (place && findError(errors, place));
    if (error) problems.fail([target], { error, keys: fetch.keys });
  }
}

/** Why something is missing in an object or in what is below it. */
function findFailure(problems: Problems, value: unknown): GraphQLError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const failure = problems.failuresOf(value as DataObject)[0];
  if (failure) return failure.error;
  for (const below of Object.values(value)) {
    const found = findFailure(problems, below);
    if (found) return found;
  }
  return undefined;
}

/**
 * Takes entities into the data; they must not be used again.
 *
 * @param entities what the subgraph gave for the batch
 * @param errors those that lie below it, their paths beginning with the index of the entity
 */
export function absorbEntities(
  run: Run,
  batch: EntityBatch,
  entities: unknown,
  errors: GraphQLFormattedError[] | undefined,
): void {
  const { fetches, grouping } = batch;
  const fetch = fetches[0]!;
  if (errors) noteErrors(run, batch, errors, Array.isArray(entities) ? entities : undefined);
  if (entities === undefined || entities === null) {
    if (!errors) failTargets(run, fetch, grouping.objects);
    return;
  }
  if (!Array.isArray(entities) || entities.length !== grouping.firsts.length) {
    failTargets(run, fetch, grouping.objects);
    return;
  }
  if (!fetch.isFlat) run.collected.clear();
  prepareEntities(run, fetch, entities, grouping);
  mergeEntities(run, fetch, entities, grouping);
}

function prepareEntities(
  run: Run,
  fetch: Fetch,
  entities: readonly unknown[],
  grouping: EntityGrouping,
): void {
  for (let group = 0; group < entities.length; group++) {
    const entity = entities[group];
    if (isObject(entity)) {
      if (!fetch.rewrite) continue;
      entity.__typename ??= grouping.firsts[group]!.__typename;
      fetch.rewrite(entity);
    } else if (entity !== null && entity !== undefined) failTargets(run, fetch, membersOf(grouping, group));
  }
}

function mergeEntities(
  run: Run,
  { merge, isFlat, mayShare, keys }: Fetch,
  entities: readonly unknown[],
  { objects, groupOf, firsts }: EntityGrouping,
): void {
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index]!;
    const group = groupOf[index]!;
    const entity = entities[group];
    if (entity === null || entity === undefined) run.problems.noteAbsent(object, keys);
    if (!isObject(entity)) continue;
    const isFirst = object === firsts[group];
    if (isFlat || mayShare) merge(object, entity);
    else if (!isFirst) merge(object, copy(entity));
    if (!isFlat && mayShare && !isFirst) noteShared(run, entity);
  }
  if (isFlat || mayShare) return;
  // Only when it has been copied for the others: the first object of each gets the entity itself.
  for (let group = 0; group < firsts.length; group++) {
    const entity = entities[group];
    if (isObject(entity)) merge(firsts[group]!, entity);
  }
}

function noteShared(run: Run, entity: DataObject): void {
  run.shared ??= new Set();
  for (const key in entity) {
    const value = entity[key];
    if (typeof value === 'object' && value !== null) run.shared.add(value);
  }
}

function failTargets({ problems }: Run, fetch: Fetch, targets: DataObject[]): void {
  problems.fail(targets, { error: wrongEntities(fetch.service), keys: fetch.keys });
}

function noteErrors(
  { data, problems }: Run,
  { fetches, grouping }: EntityBatch,
  errors: GraphQLFormattedError[],
  entities: readonly unknown[] | undefined,
): void {
  const places = new Map(fetches.flatMap(({ path }) => [...findPlaces(data, path)]));
  const { service, keys, rewritePath } = fetches[0]!;
  for (const error of errors) {
    const [index, ...below] = error.path ?? [];
    const located = toGraphQLError(service, error);
    const group = typeof index === 'number' ? membersOf(grouping, index) : [];
    if (group.length === 0 && entities) {
      problems.unlocated.push(located);
      continue;
    }
    // An entity's own error is that of everything it was to give.
    if (group.length === 0 || below.length === 0) {
      problems.fail(group.length > 0 ? group : grouping.objects, { error: located, keys });
      continue;
    }
    const path: Path = rewritePath(below);
    for (const place of group.flatMap((target) => places.get(target) ?? [])) {
      problems.located.push({ path: [...place, ...path], error: located });
    }
    // Its null has taken along everything that was asked beside.
    if (entities?.[index as number] === null) problems.fail(group, { error: located, keys });
  }
}

function membersOf({ objects, groupOf }: EntityGrouping, group: number): DataObject[] {
  return objects.filter((_object, index) => groupOf[index] === group);
}
