import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type StringValueNode,
} from 'graphql';
import { unknownScalars } from './scalars.ts';

const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);
const accessDirectives = ['authenticated', 'requiresScopes'];

interface Described {
  readonly description?: StringValueNode;
  readonly loc?: { readonly startToken: { readonly line: number } };
}

/**
 * Everything in a subgraph's SDL that breaks the rules of the graph, one sentence each: descriptions that are missing,
 * root fields that do not say who may call them, access rules where they would not be enforced, unknown scalars.
 */
export function schemaFaults(document: DocumentNode): string[] {
  return [
    ...document.definitions.flatMap(definitionFaults),
    ...unknownScalars(document).map((name) => `scalar ${name} has no implementation`),
  ];
}

function definitionFaults(definition: DefinitionNode): string[] {
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION: {
      const name = definition.name.value;
      const fields = definition.fields ?? [];
      return [
        ...(definition.kind === Kind.OBJECT_TYPE_DEFINITION ? describe(definition, name) : []),
        ...fields.flatMap((field) => fieldFaults(name, field)),
        ...(rootTypes.has(name) ? fields.flatMap((field) => rootFieldFaults(name, field)) : []),
      ];
    }
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_EXTENSION: {
      const name = definition.name.value;
      const fields = definition.fields ?? [];
      return [
        ...(definition.kind === Kind.INTERFACE_TYPE_DEFINITION ? describe(definition, name) : []),
        ...interfaceFaults(`${at(definition)}${name}`, definition.directives),
        ...fields.flatMap((field) => fieldFaults(name, field)),
        ...fields.flatMap((field) =>
          interfaceFaults(`${at(field)}${name}.${field.name.value}`, field.directives),
        ),
      ];
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_EXTENSION: {
      const name = definition.name.value;
      return [
        ...(definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? describe(definition, name) : []),
        ...(definition.fields ?? []).flatMap((field) => describe(field, `${name}.${field.name.value}`)),
      ];
    }
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_EXTENSION: {
      const name = definition.name.value;
      return [
        ...(definition.kind === Kind.ENUM_TYPE_DEFINITION ? describe(definition, name) : []),
        ...(definition.values ?? []).flatMap((value) => describe(value, `${name}.${value.name.value}`)),
      ];
    }
    case Kind.UNION_TYPE_DEFINITION:
    case Kind.SCALAR_TYPE_DEFINITION:
      return describe(definition, definition.name.value);
    default:
      return [];
  }
}

function describe(node: Described, name: string): string[] {
  return node.description?.value.trim() ? [] : [`${at(node)}${name} has no description`];
}

function fieldFaults(type: string, field: FieldDefinitionNode): string[] {
  const name = `${type}.${field.name.value}`;
  return [
    ...describe(field, name),
    ...(field.arguments ?? []).flatMap((argument) => describe(argument, `${name}(${argument.name.value}:)`)),
  ];
}

function rootFieldFaults(type: string, field: FieldDefinitionNode): string[] {
  const name = `${at(field)}${type}.${field.name.value}`;
  const isRestricted = accessDirectives.some((directive) => has(field.directives, directive));
  const isAnonymous = has(field.directives, 'anonymous');
  if (isRestricted && isAnonymous) return [`${name} is @anonymous and restricted at once`];
  if (isRestricted || isAnonymous) return [];
  return [`${name} does not say who may call it: @authenticated, @requiresScopes or @anonymous`];
}

function interfaceFaults(name: string, directives: readonly ConstDirectiveNode[] | undefined): string[] {
  return accessDirectives
    .filter((directive) => has(directives, directive))
    .map(
      (directive) => `${name} carries @${directive}, which is enforced on object types only: put it there`,
    );
}

function has(directives: readonly ConstDirectiveNode[] | undefined, name: string): boolean {
  return directives?.some((directive) => directive.name.value === name) ?? false;
}

function at(node: Described): string {
  return node.loc ? `line ${node.loc.startToken.line}: ` : '';
}
