import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Domain } from './domains.ts';

/** Writes the answer to an operation for some variables. */
export type WriteAnswer = (variables: Record<string, unknown>) => string;

type Source = Record<string, unknown>;
type WriteValue = (value: unknown) => string;

/**
 * Compiles an operation to text. The text of an object under a selection is kept, which is right because the objects of a
 * domain never change and each is one object always.
 *
 * @returns undefined when the operation needs more: introspection, `@skip`/`@include`, or variables below the root fields
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  domain: Domain,
): WriteAnswer | undefined {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'query' || !isPlain(document, operation)) return;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const part of document.definitions)
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);

  const queryType = schema.getQueryType()!;
  const roots: ((variables: Source) => string)[] = [];
  for (const [key, nodes] of collectFields(queryType, [operation.selectionSet])) {
    const node = nodes[0]!;
    const field = queryType.getFields()[node.name.value];
    if (node.name.value === '__typename') {
      roots.push(() => `"${key}":"${queryType.name}"`);
      continue;
    }
    if (!field) return;
    const write = writerOf(field.type, nodes);
    const find = node.name.value === '_entities' ? findEntities : domain.roots[node.name.value];
    if (!find) return;
    roots.push((variables) => `"${key}":${write(find(getArgumentValues(field, node, variables) as never))}`);
  }

  return (variables) => {
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    if (errors) return JSON.stringify({ errors });
    return `{"data":{${roots.map((write) => write(coerced)).join()}}}`;
  };

  function findEntities({ representations }: { representations: Source[] }): (Source | null)[] {
    return representations.map((one) => domain.entities[String(one.__typename)]?.(one) ?? null);
  }

  function collectFields(
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    found = new Map<string, FieldNode[]>(),
  ): Map<string, FieldNode[]> {
    for (const selection of sets.flatMap((set) => set.selections)) {
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        found.set(key, [...(found.get(key) ?? []), selection]);
        continue;
      }
      const part = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
      if (applies(part.typeCondition?.name.value, type)) collectFields(type, [part.selectionSet], found);
    }
    return found;
  }

  function applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (!condition || condition === type.name) return true;
    const named = schema.getType(condition);
    return isAbstractType(named) && schema.isSubType(named, type);
  }

  function writerOf(type: unknown, nodes: readonly FieldNode[]): WriteValue {
    if (isNonNullType(type)) {
      const write = writerOf(type.ofType, nodes);
      return (value) => {
        if (value === null || value === undefined) throw new Error(`${nodes[0]!.name.value} is null`);
        return write(value);
      };
    }
    if (isListType(type)) {
      const write = writerOf(type.ofType, nodes);
      return (value) => (value == null ? 'null' : `[${(value as unknown[]).map(write).join()}]`);
    }
    if (isLeafType(type)) return (value) => writeLeaf(type, value);
    const sets = nodes.flatMap((node) => node.selectionSet ?? []);
    const written = new Map<unknown, string>();
    const writers = new Map<string, WriteValue>();
    return (value) => {
      if (value == null) return 'null';
      let text = written.get(value);
      if (text !== undefined) return text;
      const name = String((value as Source).__typename);
      let write = writers.get(name);
      if (!write) {
        write = objectWriter(schema.getType(name) as GraphQLObjectType, sets);
        writers.set(name, write);
      }
      text = write(value);
      written.set(value, text);
      return text;
    };
  }

  function objectWriter(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): WriteValue {
    const fields = [...collectFields(type, sets)].map(([key, nodes]) => {
      const name = nodes[0]!.name.value;
      if (name === '__typename') return () => `"${key}":"${type.name}"`;
      const write = writerOf(type.getFields()[name]!.type, nodes);
      return (source: Source) => `"${key}":${write(source[name])}`;
    });
    return (value) => `{${fields.map((field) => field(value as Source)).join()}}`;
  }
}

function writeLeaf(type: GraphQLLeafType, value: unknown): string {
  return value == null ? 'null' : JSON.stringify(type.serialize(value));
}

function isPlain(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  let isPlain = true;
  const direct = new Set<unknown>();
  for (const selection of operation.selectionSet.selections)
    if (selection.kind === Kind.FIELD) for (const argument of selection.arguments ?? []) direct.add(argument);
  visit(document, {
    VariableDefinition: () => false,
    Argument: (node) => (direct.has(node) ? false : undefined),
    Variable: () => {
      isPlain = false;
    },
    Directive: () => {
      isPlain = false;
    },
  });
  return isPlain;
}
