import {
  type FragmentDefinitionNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** A part of the answer to an operation: its type, and everything that is selected of it. */
export interface SelectedPart {
  type: GraphQLOutputType;
  /** Empty for what has no fields. */
  selectionSets: readonly SelectionSetNode[];
}

/**
 * The part of an operation's answer at a path of response keys.
 *
 * @param path e.g. `events.nodes`; null for all of the data
 * @returns undefined when the operation selects nothing there
 */
export function selectedAt(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
  path: string | null,
): SelectedPart | undefined {
  const root = schema.getRootType(operation.operation);
  if (!root) return undefined;
  let part: SelectedPart = { type: root, selectionSets: [operation.selectionSet] };
  for (const key of path?.split('.') ?? []) {
    const named = getNamedType(part.type);
    if (!isCompositeType(named)) return undefined;
    const field = fieldsOf(schema, named.name, part.selectionSets, fragments).get(key);
    if (!field) return undefined;
    part = field;
  }
  return part;
}

/** A field of a part, by its response key. */
export interface SelectedField extends SelectedPart {
  description: string | null | undefined;
  /** Whether it is there for every object, whatever its type and the variables. */
  isAlways: boolean;
}

/** The fields that are selected of a type, fragments included, in the order in which they are first selected. */
export function fieldsOf(
  schema: GraphQLSchema,
  typeName: string,
  selectionSets: readonly SelectionSetNode[],
  fragments: Fragments,
): Map<string, SelectedField> {
  const fields = new Map<string, SelectedField>();

  function collect(selectionSet: SelectionSetNode, parent: string, isAlways: boolean): void {
    for (const selection of selectionSet.selections) {
      const isConditional = selection.directives?.some(({ name }) => /^(skip|include)$/.test(name.value));
      const isThere = isAlways && !isConditional;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        const condition = fragment?.typeCondition.name.value ?? parent;
        if (fragment) collect(fragment.selectionSet, condition, isThere && covers(condition));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? parent;
        collect(selection.selectionSet, condition, isThere && (condition === parent || covers(condition)));
      } else {
        const key = (selection.alias ?? selection.name).value;
        const known = fields.get(key);
        const name = selection.name.value;
        // What the type itself says of a field, before what an interface says of it.
        const definition = definitionOf(schema, typeName, name) ?? definitionOf(schema, parent, name);
        if (!definition) continue;
        fields.set(key, {
          ...definition,
          isAlways: isThere || (known?.isAlways ?? false),
          selectionSets: [
            ...(known?.selectionSets ?? []),
            ...(selection.selectionSet ? [selection.selectionSet] : []),
          ],
        });
      }
    }
  }

  /** Whether every object of the type is of the condition's, too. */
  function covers(condition: string): boolean {
    const [type, wider] = [schema.getType(typeName), schema.getType(condition)];
    if (!isCompositeType(type) || !isAbstractType(wider)) return condition === typeName;
    return type === wider || (!isUnionType(type) && schema.isSubType(wider, type));
  }

  for (const selectionSet of selectionSets) collect(selectionSet, typeName, true);
  return fields;
}

function definitionOf(schema: GraphQLSchema, parent: string, field: string) {
  const type = schema.getType(parent);
  if (!isCompositeType(type)) return undefined;
  if (field === '__typename')
    return { type: schema.getType('String') as GraphQLOutputType, description: 'The name of its type.' };
  const definition = 'getFields' in type ? type.getFields()[field] : undefined;
  return definition && { type: definition.type, description: definition.description };
}
