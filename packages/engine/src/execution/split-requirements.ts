import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type { FixedArguments } from '../supergraph/fixed-arguments.ts';

export type FixedRequirements = Pick<FixedArguments, 'fields' | 'requirements'>;

/**
 * Splits a fetch whose fields require one field with different arguments: a representation has room for one of them. Each
 * part selects fields that agree and sends a representation with what they require. The parts go into one request.
 *
 * @returns the fetch itself when its fields agree, which is nearly always
 */
export function splitRequirements(
  node: FetchNode,
  fixed: FixedRequirements,
  schema: GraphQLSchema,
): FetchNode[] {
  if (!node.requires || !hasConflict(fixedNames(node.requires, fixed), fixed)) return [node];
  const document = parse(node.operation, { noLocation: true });
  const parts: Set<string>[] = [];
  const partOf = new Map<FieldNode, number>();

  /** What is selected from each entity: fields directly below `_entities` and below fragments there. */
  function assign(set: SelectionSetNode, typeName: string): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        assign(selection.selectionSet, selection.typeCondition?.name.value ?? typeName);
      } else if (selection.kind === Kind.FIELD) {
        const needed = requirementsOf(selection.name.value, typeName);
        let part = parts.findIndex((names) => !hasConflict(new Set([...names, ...needed]), fixed));
        if (part < 0) part = parts.push(new Set()) - 1;
        for (const name of needed) parts[part]!.add(name);
        partOf.set(selection, part);
      }
    }
  }

  function requirementsOf(field: string, typeName: string): Set<string> {
    const type = schema.getType(typeName);
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
    return new Set(
      [typeName, ...possible].flatMap((name) => [...(fixed.requirements.get(`${name}.${field}`) ?? [])]),
    );
  }

  visit(document, {
    Field(field) {
      if (field.name.value !== '_entities') return undefined;
      assign(field.selectionSet!, '_Entity');
      return false;
    },
  });

  return parts.map((names, part) => {
    const isKept = (selection: SelectionNode) => {
      const assigned = partOf.get(selection as FieldNode);
      return assigned === undefined || assigned === part || isTypename(selection);
    };
    const own = visit(document, {
      SelectionSet: {
        enter: (set) => ({ ...set, selections: set.selections.filter(isKept) }),
      },
      InlineFragment: {
        leave: (fragment) => (fragment.selectionSet.selections.length === 0 ? null : undefined),
      },
    });
    const used = usedVariables(own);
    const pruned = visit(own, {
      VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
    });
    return {
      ...node,
      operation: stripIgnoredCharacters(print(pruned)),
      variableUsages: node.variableUsages?.filter((name) => used.has(name)),
      requires: withOnly(node.requires!, names, fixed),
    };
  });
}

function usedVariables(document: DocumentNode): Set<string> {
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable(node) {
      used.add(node.name.value);
    },
  });
  return used;
}

/** Whether two fixed fields stand for one field. */
function hasConflict(names: ReadonlySet<string>, { fields }: FixedRequirements): boolean {
  return new Set([...names].map((name) => fields.get(name)!.name)).size < names.size;
}

function fixedNames(
  selections: readonly QueryPlanSelectionNode[],
  fixed: FixedRequirements,
  found = new Set<string>(),
): Set<string> {
  for (const selection of selections) {
    if (selection.kind === 'Field' && fixed.fields.has(selection.name)) found.add(selection.name);
    fixedNames(selection.selections ?? [], fixed, found);
  }
  return found;
}

/** Requirements without the fixed fields that a part does not need. */
function withOnly(
  selections: readonly QueryPlanSelectionNode[],
  names: ReadonlySet<string>,
  fixed: FixedRequirements,
): QueryPlanSelectionNode[] {
  return selections
    .filter(
      ({ kind, ...node }) =>
        kind !== 'Field' || !('name' in node) || !fixed.fields.has(node.name) || names.has(node.name),
    )
    .map(
      (node) =>
        ({
          ...node,
          ...(node.selections && { selections: withOnly(node.selections, names, fixed) }),
        }) as QueryPlanSelectionNode,
    );
}

function isTypename(selection: SelectionNode): boolean {
  return selection.kind === Kind.FIELD && selection.name.value === '__typename';
}
