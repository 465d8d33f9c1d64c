import { stringArgument } from '@kronos/operations';
import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  type TypeNode,
  visit,
} from 'graphql';

/** A field with certain arguments that some `@requires` selects, under the name it has in the planner's copy. */
export interface FixedField {
  name: string;
  arguments: readonly ArgumentNode[];
}

export interface FixedArguments {
  document: DocumentNode;
  /** By the name that stands for the field with its arguments. */
  fields: ReadonlyMap<string, FixedField>;
  /** The fixed fields that a field requires, by its coordinate (`Type.field`). */
  requirements: ReadonlyMap<string, ReadonlySet<string>>;
}

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * Gives every field that takes arguments and that some `@requires` selects a name of its own per set of arguments, in the
 * planner's copy of a supergraph: `price(currency: EUR)` becomes the field `_fixed_0_price`, which takes none.
 *
 * The planner keeps one value per name. Two requirements of one field with different arguments, or one beside a client
 * that selects the same field with other arguments, would overwrite each other; with a name each they cannot. Requests to
 * subgraphs have the field and its arguments again.
 */
export function fixArguments(document: DocumentNode): FixedArguments {
  const types = compositeTypes(document);
  const fields = new Map<string, FixedField>();
  const requirements = new Map<string, Set<string>>();
  const names = new Map<string, string>();
  const added = new Map<string, Map<string, FieldDefinitionNode>>();

  function fix(typeName: string, definition: FieldDefinitionNode, given: readonly ArgumentNode[]): string {
    const signature = `${definition.name.value}(${given.map(print).sort().join()})`;
    const known = names.get(signature);
    const name = known ?? `_fixed_${names.size}_${definition.name.value}`;
    names.set(signature, name);
    fields.set(name, { name: definition.name.value, arguments: given });
    addTo(typeName, name, definition);
    return name;
  }

  /** Whoever implements an interface needs the field that the interface gets. */
  function addTo(typeName: string, name: string, definition: FieldDefinitionNode): void {
    const copies = added.get(typeName) ?? new Map<string, FieldDefinitionNode>();
    added.set(typeName, copies);
    copies.set(name, { ...definition, name: { kind: Kind.NAME, value: name }, arguments: [] });
    if (types.get(typeName)?.kind !== Kind.INTERFACE_TYPE_DEFINITION) return;
    for (const type of types.values()) {
      if (!type.interfaces?.some((implemented) => implemented.name.value === typeName)) continue;
      const own = type.fields?.find((field) => field.name.value === definition.name.value);
      if (own) addTo(type.name.value, name, own);
    }
  }

  function rewrite(set: SelectionSetNode, typeName: string, used: Set<string>): SelectionSetNode {
    const type = types.get(typeName);
    return {
      ...set,
      selections: set.selections.map((selection) => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          const condition = selection.typeCondition?.name.value ?? typeName;
          return { ...selection, selectionSet: rewrite(selection.selectionSet, condition, used) };
        }
        const definition = type?.fields?.find((field) => field.name.value === selection.name.value);
        if (!definition) return selection;
        const inner =
          selection.selectionSet && rewrite(selection.selectionSet, nameOf(definition.type), used);
        if (!definition.arguments?.length) return { ...selection, selectionSet: inner };
        const value = fix(typeName, definition, selection.arguments ?? []);
        used.add(value);
        return { ...selection, name: { kind: Kind.NAME, value }, arguments: [], selectionSet: inner };
      }),
    };
  }

  function rewriteRequirement(directive: ConstDirectiveNode, typeName: string, used: Set<string>) {
    if (!hasRequirement(directive)) return directive;
    const required = rewrite(parseFieldSet(stringArgument(directive, 'requires')!), typeName, used);
    const value = { kind: Kind.STRING as const, value: printFieldSet(required) };
    const given = directive.arguments?.map((argument) =>
      argument.name.value === 'requires' ? { ...argument, value } : argument,
    );
    return { ...directive, arguments: given };
  }

  function fixType(type: Composite): Composite | undefined {
    if (!type.fields?.some((field) => field.directives?.some(hasRequirement))) return undefined;
    const rewrittenFields = type.fields.map((field) => {
      const used = new Set<string>();
      const directives = field.directives?.map((node) => rewriteRequirement(node, type.name.value, used));
      if (used.size > 0) requirements.set(`${type.name.value}.${field.name.value}`, used);
      return { ...field, directives };
    });
    return { ...type, fields: rewrittenFields };
  }

  const rewritten = visit(document, { ObjectTypeDefinition: fixType, InterfaceTypeDefinition: fixType });
  if (fields.size === 0) return { document, fields, requirements };
  const withCopies = (type: Composite): Composite | undefined => {
    const names = added.get(type.name.value);
    if (!names) return undefined;
    // Copied from the rewritten type: a required field may have requirements of its own.
    const copies = [...names].map(([name, { name: _, ...copy }]) => ({
      ...(type.fields!.find((field) => field.name.value === fields.get(name)!.name) ?? copy),
      name: { kind: Kind.NAME as const, value: name },
      arguments: [],
    }));
    return { ...type, fields: [...type.fields!, ...copies] };
  };
  const completed = visit(rewritten, {
    ObjectTypeDefinition: withCopies,
    InterfaceTypeDefinition: withCopies,
  });
  return { document: completed, fields, requirements };
}

function hasRequirement(directive: ConstDirectiveNode): boolean {
  return directive.name.value === 'join__field' && stringArgument(directive, 'requires') !== undefined;
}

function compositeTypes(document: DocumentNode): Map<string, Composite> {
  const types = new Map<string, Composite>();
  for (const node of document.definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      types.set(node.name.value, node);
    }
  }
  return types;
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

function parseFieldSet(text: string): SelectionSetNode {
  const source = text.trimStart().startsWith('{') ? text : `{${text}}`;
  return (parse(source, { noLocation: true }).definitions[0] as OperationDefinitionNode).selectionSet;
}

function printFieldSet(set: SelectionSetNode): string {
  return print(set).slice(1, -1).replace(/\s+/g, ' ').trim();
}
