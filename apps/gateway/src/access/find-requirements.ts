import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { AccessRule, AccessRules } from './rules.ts';

/** A rule that an operation falls under, and where. */
export interface Requirement {
  coordinate: string;
  rule: AccessRule;
}

/**
 * Finds the rules that an operation falls under, in whatever fragments and under whatever aliases it selects. A field of
 * an interface falls under the rules of every type that may stand behind it, because which one it is comes out too late.
 * `@skip` and `@include` are not considered: what a document names, its sender must be allowed to see.
 */
export function findRequirements(
  schema: GraphQLSchema,
  rules: AccessRules,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Requirement[] {
  if (rules.size === 0) return [];
  const found = new Map<string, AccessRule>();
  const check = (coordinate: string) => {
    const rule = rules.get(coordinate);
    if (rule) found.set(coordinate, rule);
  };
  const typeInfo = new TypeInfo(schema);
  const visited = new Set<string>();
  const pending: string[] = [];

  const visitor = visitWithTypeInfo(typeInfo, {
    Field(node) {
      const parent = typeInfo.getParentType();
      const type = getNamedType(typeInfo.getType());
      if (!parent || !type || node.name.value.startsWith('__')) return;
      check(parent.name);
      check(`${parent.name}.${node.name.value}`);
      // Behind an abstract type, only those count that fragments name; they are checked as parents. Composition gives
      // an interface the rules of its types, which are meant for fields that are selected on the interface itself.
      if (!isAbstractType(type)) check(type.name);
      if (!isInterfaceType(parent)) return;
      for (const possible of schema.getPossibleTypes(parent)) {
        check(possible.name);
        check(`${possible.name}.${node.name.value}`);
      }
    },
    FragmentSpread(node) {
      if (visited.has(node.name.value)) return;
      visited.add(node.name.value);
      pending.push(node.name.value);
    },
  });
  visit(operation, visitor);
  for (let name = pending.pop(); name; name = pending.pop()) {
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    if (fragment) visit(fragment, visitor);
  }
  return [...found].map(([coordinate, rule]) => ({ coordinate, rule }));
}
