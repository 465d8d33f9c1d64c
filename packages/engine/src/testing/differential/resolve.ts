import { type InlineFragmentNode, Kind, type SelectionSetNode } from 'graphql';
import type { Definition } from './graph.ts';
import { canonical } from './hash.ts';
import { Failure, type Instance, root, type Value, type World } from './world.ts';

/** An object on its way through graphql-js. */
export interface Source {
  instance: Instance;
  /** What the gateway sent, when the object was entered through `_entities`. */
  representation?: Representation;
  /** What the field above promised to `@provides` here. */
  provided?: SelectionSetNode;
}

export interface Representation extends Record<string, unknown> {
  __typename: string;
}

/** A value of the world as graphql-js wants it from a resolver: errors thrown, objects as sources. */
export function toResolved(value: Value, provided?: SelectionSetNode): unknown {
  if (value instanceof Failure) throw value;
  return toItem(value, provided);
}

function toItem(value: Value, provided?: SelectionSetNode): unknown {
  if (Array.isArray(value)) return value.map((item) => toItem(item, provided));
  return isInstance(value) ? ({ instance: value, provided } satisfies Source) : value;
}

function isInstance(value: Value): value is Instance {
  return typeof value === 'object' && value !== null && 'exists' in value;
}

/** Answers for one subgraph, with what that subgraph can know; what it must not be asked for, it answers wrongly. */
export function resolveInSubgraph(
  world: World,
  subgraph: string,
  field: string,
  source: Source | undefined,
  situation: { args: Record<string, unknown>; rootType?: 'Query' | 'Mutation'; step?: number },
): unknown {
  const instance = source?.instance ?? root(situation.rootType ?? 'Query');
  const definition = world.graph
    .definitions(instance.type, field)
    .find((candidate) => candidate.subgraph === subgraph)!;
  const { args, step } = situation;
  const wrong = { args, step, required: undefined, wrong: subgraph };
  const provided = definition.provides ?? subSelection(source?.provided, field);
  const answer = (circumstances: Parameters<World['value']>[2]) =>
    toResolved(world.value(instance, field, circumstances), provided);

  if (!mayBeAsked(world, instance, field, definition, source)) return answer(wrong);
  if (!definition.requires) return answer({ args, step });
  const required = source?.representation && pick(world, source.representation, definition.requires);
  return answer(required ? { args, step, required } : wrong);
}

function mayBeAsked(
  world: World,
  instance: Instance,
  field: string,
  definition: Definition,
  source: Source | undefined,
): boolean {
  if (definition.isOverridden) return false;
  if (!definition.isExternal || world.constraints.isKeyField(instance.type, field)) return true;
  return (
    source?.provided?.selections.some((node) => node.kind === Kind.FIELD && node.name.value === field) ??
    false
  );
}

function subSelection(
  selectionSet: SelectionSetNode | undefined,
  field: string,
): SelectionSetNode | undefined {
  const node = selectionSet?.selections.find(
    (selection) => selection.kind === Kind.FIELD && selection.name.value === field,
  );
  return node?.kind === Kind.FIELD ? node.selectionSet : undefined;
}

/** Reads a field set from a representation; undefined when something of it is missing. */
export function pick(
  world: World,
  value: Record<string, unknown>,
  fields: SelectionSetNode,
): Record<string, unknown> | undefined {
  const picked: Record<string, unknown> = {};
  for (const node of fields.selections) {
    if (node.kind === Kind.FRAGMENT_SPREAD) return undefined;
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const inner = pickFragment(world, value, node);
      if (!inner) return undefined;
      Object.assign(picked, inner);
      continue;
    }
    const found = pickValue(world, value[node.name.value], node.selectionSet);
    if (found === undefined) return undefined;
    picked[node.name.value] = found;
  }
  return picked;
}

/** Gateways need not send the type of what is inside a representation: without it the fields that are there decide. */
function pickFragment(
  world: World,
  value: Record<string, unknown>,
  { typeCondition, selectionSet }: InlineFragmentNode,
): Record<string, unknown> | undefined {
  const { __typename: type } = value;
  if (!typeCondition) return pick(world, value, selectionSet);
  if (typeof type !== 'string') return pick(world, value, selectionSet) ?? {};
  const isMeant = world.graph.possibleTypes(typeCondition.name.value).includes(type);
  return isMeant ? pick(world, value, selectionSet) : {};
}

function pickValue(world: World, value: unknown, selectionSet?: SelectionSetNode): unknown {
  if (value === null || value === undefined || !selectionSet) return value;
  if (!Array.isArray(value)) return pick(world, value as Record<string, unknown>, selectionSet);
  const items = value.map((item) => pickValue(world, item, selectionSet));
  return items.includes(undefined) ? undefined : items;
}

/** The entity that a representation means, found by any resolvable key of the subgraph that it has. */
export function findEntity(world: World, subgraph: string, representation: Representation): Source | null {
  const { __typename: type } = representation;
  for (const key of world.graph.keys(subgraph, type)) {
    const wanted = key.isResolvable ? pick(world, representation, key.fields) : undefined;
    if (!wanted) continue;
    const text = canonical(wanted);
    for (const candidate of world.graph.possibleTypes(type)) {
      const instance = world
        .entities(candidate)
        .find((entity) => canonical(world.select(entity, key.fields)) === text);
      if (instance) return { instance, representation };
    }
  }
  return null;
}
