import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fragmentsOf } from '../fragments.ts';
import type { AccessRule, AccessRules } from './rules.ts';

/** A rule that a selection falls under, and where the supergraph has it. */
export interface Requirement {
  /** `Type` or `Type.field`. */
  coordinate: string;
  rule: AccessRule;
}

/** The selections of an operation that fall under rules, fields and fragments. */
export type Guards = ReadonlyMap<SelectionNode, readonly Requirement[]>;

/** An operation that is valid in a version of the graph. */
export interface ValidOperation {
  /** What clients know. */
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/**
 * Finds the rules that the selections of an operation fall under, in whatever fragments and under whatever aliases. A field
 * falls under the rules of the type that has it, its own, and those of the type that it gives:
 *
 * - A field of an interface falls under those of every type that may stand behind it, because which one it is comes out too
 *   late.
 * - So does a field that gives an interface, when anything but its name is selected of the interface itself; what stands in
 *   fragments falls under the rules of their types.
 * - A fragment on a type falls under the rules of the type.
 *
 * Which type has a field is written in the document, so one field of a fragment has the same rules wherever the fragment is
 * spread. `@skip` and `@include` are not considered: what a document names, its sender must be allowed to see.
 */
export function findGuards({ schema, document, operation }: ValidOperation, rules: AccessRules): Guards {
  const guards = new Map<SelectionNode, readonly Requirement[]>();
  if (rules.size === 0) return guards;
  const fragments = fragmentsOf(document);
  const typeInfo = new TypeInfo(schema);
  const visited = new Set<string>();
  const pending: string[] = [];

  function guard(node: SelectionNode, coordinates: Iterable<string>): void {
    const found: Requirement[] = [];
    for (const coordinate of new Set(coordinates)) {
      const rule = rules.get(coordinate);
      if (rule) found.push({ coordinate, rule });
    }
    if (found.length > 0) guards.set(node, found);
  }

  function guardFragment(node: SelectionNode, condition: string | undefined): void {
    // What a fragment on an abstract type selects falls under the rules of whatever it may be on.
    if (condition && !isAbstractType(schema.getType(condition))) guard(node, [condition]);
  }

  function possibleNames(type: GraphQLNamedType): string[] {
    return isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
  }

  function* coordinatesOf(
    node: FieldNode,
    parent: GraphQLCompositeType,
    type: GraphQLNamedType,
  ): Generator<string> {
    const field = node.name.value;
    for (const owner of new Set([parent.name, ...possibleNames(parent)])) {
      yield owner;
      yield `${owner}.${field}`;
    }
    if (!isAbstractType(type)) yield type.name;
    else if (isInterfaceType(type)) {
      const names = possibleNames(type);
      // Composition gives an interface the rules of its types: alone it has rules only where its own SDL says so.
      const hasOwnRule = !names.some((name) => rules.has(name));
      if (hasOwnRule) yield type.name;
      else if (selectsFields(node)) yield* [type.name, ...names];
    }
  }

  const visitor = visitWithTypeInfo(typeInfo, {
    Field(node) {
      const parent = typeInfo.getParentType();
      const type = getNamedType(typeInfo.getType());
      if (!parent || !type || node.name.value.startsWith('__')) return;
      guard(node, coordinatesOf(node, parent, type));
    },
    InlineFragment(node) {
      guardFragment(node, node.typeCondition?.name.value);
    },
    FragmentSpread(node) {
      guardFragment(node, fragments[node.name.value]?.typeCondition.name.value);
      if (visited.has(node.name.value)) return;
      visited.add(node.name.value);
      pending.push(node.name.value);
    },
  });
  visit(operation, visitor);
  for (let name = pending.pop(); name; name = pending.pop()) {
    const fragment = fragments[name];
    if (fragment) visit(fragment, visitor);
  }
  return guards;
}

function selectsFields({ selectionSet }: FieldNode): boolean {
  return (
    selectionSet?.selections.some((node) => node.kind === Kind.FIELD && !node.name.value.startsWith('__')) ===
    true
  );
}
