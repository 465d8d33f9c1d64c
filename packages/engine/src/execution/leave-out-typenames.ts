import {
  type DocumentNode,
  type GraphQLNamedType,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type { Fetch, ProgramOptions } from './fetch.ts';

/** What is said of one place of the merged data. */
interface Place {
  /** By the schema; undefined when fetches disagree. */
  type: GraphQLNamedType | undefined;
  /** What is selected there, in the operations of fetches. */
  sets: SelectionSetNode[];
}

/**
 * Leaves `__typename` out of what subgraphs are asked for objects of which the schema says the type: the planner asks for
 * it wherever a fetch goes on from there. Those fetches are told the type instead. The answer needs it nowhere: for fields
 * of an object type it has the schema's word as well.
 *
 * It stays where a fetch needs more of an object than leaves, because what is nested in a representation says its type, and
 * where interface objects or rewrites make of an object what the schema does not say.
 *
 * @param before fetches of the same plan that are not changed any more
 */
export function leaveOutTypenames(
  fetches: readonly Fetch[],
  before: readonly Fetch[],
  { schema, vagueTypes }: Pick<ProgramOptions, 'schema' | 'vagueTypes'>,
): void {
  const all = [...before, ...fetches];
  if (vagueTypes || all.some(({ rewrite }) => rewrite)) return;
  const places = new Map<string, Place>();
  const documents = new Map<Fetch, DocumentNode>();

  function visitPlace(
    set: SelectionSetNode,
    type: GraphQLNamedType | undefined,
    path: readonly string[],
  ): void {
    const key = path.join('.');
    const place = places.get(key);
    if (!place) places.set(key, { type, sets: [set] });
    else {
      if (place.type !== type) place.type = undefined;
      place.sets.push(set);
    }
    visitFields(set, type, path);
  }

  function visitFields(
    { selections }: SelectionSetNode,
    type: GraphQLNamedType | undefined,
    path: readonly string[],
  ): void {
    const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
    for (const node of selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value;
        visitFields(node.selectionSet, condition === undefined ? type : schema.getType(condition), path);
      } else if (node.kind === Kind.FIELD && node.selectionSet) {
        const field = fields[node.name.value];
        const below = [...path, node.alias?.value ?? node.name.value];
        visitPlace(node.selectionSet, field && getNamedType(field.type), below);
      }
    }
  }

  for (const fetch of all) {
    const document = parse(fetch.operation, { noLocation: true });
    if (document.definitions.length > 1) return;
    documents.set(fetch, document);
    const { operation, selectionSet } = document.definitions[0] as OperationDefinitionNode;
    if (!fetch.represent) visitFields(selectionSet, schema.getRootType(operation) ?? undefined, fetch.path);
    else {
      // The type of the targets is what the fields say that lead to them.
      for (const { selectionSet: entity } of selectionSet.selections.filter(isField)) {
        const place = places.get(fetch.pathKey);
        place?.sets.push(entity!);
        visitFields(entity!, place?.type, fetch.path);
      }
    }
  }

  for (const { represent, pathKey } of all) {
    const type = places.get(pathKey)?.type;
    if (!represent || (isObjectType(type) && represent.leavesOf(type.name))) continue;
    // What is nested in a representation says its type, too.
    for (const [key, place] of places) {
      if (key === pathKey || key.startsWith(`${pathKey}.`)) place.type = undefined;
    }
  }

  const spared = new Set<SelectionSetNode>();
  for (const { type, sets } of places.values()) {
    if (isObjectType(type)) for (const set of sets) spared.add(set);
  }
  for (const fetch of fetches) {
    const type = fetch.represent && places.get(fetch.pathKey)?.type;
    if (isObjectType(type)) fetch.targetType = type.name;
    const bare = withoutTypenames(documents.get(fetch)!, spared);
    if (bare) fetch.operation = stripIgnoredCharacters(print(bare));
  }
}

/** Undefined when nothing can be left out. */
function withoutTypenames(
  document: DocumentNode,
  spared: ReadonlySet<SelectionSetNode>,
): DocumentNode | undefined {
  function bare(set: SelectionSetNode): SelectionSetNode {
    const kept = set.selections.filter((node) => !isTypename(node));
    const selections = (kept.length > 0 ? kept : set.selections).map((node) =>
      node.kind === Kind.INLINE_FRAGMENT ? { ...node, selectionSet: bare(node.selectionSet) } : node,
    );
    return { ...set, selections };
  }
  const changed = visit(document, {
    SelectionSet: { enter: (set) => (spared.has(set) ? bare(set) : undefined) },
  });
  return changed === document ? undefined : changed;
}

function isField(node: SelectionNode) {
  return node.kind === Kind.FIELD;
}

function isTypename(node: SelectionNode): boolean {
  return node.kind === Kind.FIELD && node.name.value === '__typename' && !node.alias;
}
