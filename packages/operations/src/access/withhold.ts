import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { fragmentBehind, fragmentsOf } from '../fragments.ts';
import type { Guards, Requirement, ValidOperation } from './find-guards.ts';

/** A selection that a caller may not see, at one place of an operation. */
export interface WithheldPlace {
  /** Keys of the answer; `@` for any position of a list, `... on Type` for a fragment. */
  path: readonly string[];
  /** What the caller lacks. */
  requirement: Requirement;
  /** Whether it is a root field of the operation, or stands around one. */
  isRoot: boolean;
}

/** What is withheld from a caller. */
export interface Withholding {
  /**
   * Fields that are not executed, by their numbers in the document: the first that is written is 0. Numbers are the same
   * each time the same text is parsed.
   */
  fields: readonly number[];
  /** Where; one for each selection, and none for what stands inside of another. */
  places: readonly WithheldPlace[];
}

/** What is withheld from who lacks some of the requirements; undefined when nothing is. */
export type Withhold = (isMet: (requirement: Requirement) => boolean) => Withholding | undefined;

/** An answer that lists more tells nobody more, and could be made to list millions. */
const maxPlaces = 1_000;

/** Makes ready to decide what is withheld of an operation, for different callers. */
export function compileWithholding(
  { schema, document, operation }: ValidOperation,
  guards: Guards,
): Withhold {
  const fragments = fragmentsOf(document);
  const numbers = numberFields(document);

  function findPlaces(lacking: ReadonlyMap<SelectionNode, Requirement>): WithheldPlace[] {
    const places = new Map<string, WithheldPlace>();
    const holds = createSearch(lacking);
    const walked = new Map<SelectionSetNode, Set<string>>();

    /** Whether a selection set has been gone through at a path: a fragment may be spread there a million times. */
    function isWalked(set: SelectionSetNode, path: readonly string[]): boolean {
      const paths = walked.get(set) ?? new Set();
      walked.set(set, paths);
      return paths.size === paths.add(path.join('\n')).size;
    }

    function add(path: readonly string[], requirement: Requirement, isRoot: boolean): void {
      const key = path.join('\n');
      if (!places.has(key)) places.set(key, { path, requirement, isRoot });
    }

    function walk(
      set: SelectionSetNode,
      type: GraphQLCompositeType,
      path: readonly string[],
      isRoot: boolean,
    ) {
      if (!holds(set) || isWalked(set, path)) return;
      for (const node of set.selections) {
        if (places.size >= maxPlaces) return;
        const requirement = lacking.get(node);
        if (node.kind === Kind.FIELD) {
          const given = typeOf(node, type);
          if (!given) continue;
          const at = [...path, node.alias?.value ?? node.name.value, ...positions(given)];
          const inner = getNamedType(given);
          if (requirement) add(at, requirement, isRoot);
          else if (node.selectionSet && isCompositeType(inner)) walk(node.selectionSet, inner, at, false);
          continue;
        }
        const { typeCondition, selectionSet } = fragmentBehind(node, fragments);
        const condition = typeCondition && schema.getType(typeCondition.name.value);
        const inner = isCompositeType(condition) ? condition : type;
        const at = inner === type ? path : [...path, `... on ${inner.name}`];
        if (requirement) add(at, requirement, isRoot);
        else walk(selectionSet, inner, at, isRoot);
      }
    }

    walk(operation.selectionSet, schema.getRootType(operation.operation)!, [], true);
    return [...places.values()];
  }

  /** Whether anything in a selection set, or below it, is lacking; each set is looked at once. */
  function createSearch(lacking: ReadonlyMap<SelectionNode, unknown>): (set: SelectionSetNode) => boolean {
    const known = new Map<SelectionSetNode, boolean>();
    return function holds(set) {
      let found = known.get(set);
      if (found === undefined) {
        found = set.selections.some((node) => {
          if (lacking.has(node)) return true;
          const inner =
            node.kind === Kind.FIELD ? node.selectionSet : fragmentBehind(node, fragments).selectionSet;
          return inner !== undefined && holds(inner);
        });
        known.set(set, found);
      }
      return found;
    };
  }

  return (isMet) => {
    const lacking = new Map<SelectionNode, Requirement>();
    for (const [node, requirements] of guards) {
      const unmet = requirements.find((requirement) => !isMet(requirement));
      if (unmet) lacking.set(node, unmet);
    }
    if (lacking.size === 0) return undefined;
    const fields = [...lacking.keys()].flatMap((node) =>
      node.kind === Kind.FIELD ? [numbers.get(node)!] : [],
    );
    return { fields: fields.sort((one, other) => one - other), places: findPlaces(lacking) };
  };

  function typeOf(node: FieldNode, parent: GraphQLCompositeType): GraphQLOutputType | undefined {
    return 'getFields' in parent ? parent.getFields()[node.name.value]?.type : undefined;
  }
}

/** `@` for each list that a value is in. */
function positions(type: GraphQLOutputType): string[] {
  const value = getNullableType(type);
  return isListType(value) ? ['@', ...positions(value.ofType)] : [];
}

function numberFields(document: ValidOperation['document']): ReadonlyMap<FieldNode, number> {
  const numbers = new Map<FieldNode, number>();
  visit(document, {
    Field(node) {
      numbers.set(node, numbers.size);
    },
  });
  return numbers;
}
