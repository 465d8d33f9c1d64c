import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
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
import type { Form } from './forms.ts';

/** Makes the answer to an operation for some variables. */
export type MakeAnswer<Value> = (variables: Record<string, unknown>) => Value;

type Source = Record<string, unknown>;
type Make<Value> = (value: unknown) => Value;

/**
 * Compiles an operation. What an object is under a selection is kept, which is right because the objects of a domain never
 * change and each is one object always.
 *
 * @param form what answers are made of
 * @returns undefined when the operation needs more: introspection, `@skip`/`@include`, or variables below the root fields
 */
export function compileOperation<Value>(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  domain: Domain,
  form: Form<Value>,
): MakeAnswer<Value> | undefined {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'query' || !isPlain(document, operation)) return;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const part of document.definitions)
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);

  const queryType = schema.getQueryType()!;
  const none = form.plain(null);
  const roots: ((variables: Source) => readonly [string, Value])[] = [];
  for (const [key, nodes] of collectFields(queryType, [operation.selectionSet])) {
    const node = nodes[0]!;
    const field = queryType.getFields()[node.name.value];
    if (node.name.value === '__typename') {
      roots.push(() => [key, form.plain(queryType.name)]);
      continue;
    }
    if (!field) return;
    const make = makerOf(field.type, nodes);
    const find = node.name.value === '_entities' ? findEntities : domain.roots[node.name.value];
    if (!find) return;
    roots.push((variables) => [key, make(find(getArgumentValues(field, node, variables) as never))]);
  }

  return (variables) => {
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    if (errors) return form.plain({ errors });
    return form.object([['data', form.object(roots.map((make) => make(coerced)))]]);
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

  function makerOf(type: unknown, nodes: readonly FieldNode[]): Make<Value> {
    if (isNonNullType(type)) {
      const make = makerOf(type.ofType, nodes);
      return (value) => {
        if (value === null || value === undefined) throw new Error(`${nodes[0]!.name.value} is null`);
        return make(value);
      };
    }
    if (isListType(type)) {
      const make = makerOf(type.ofType, nodes);
      return (value) => (value == null ? none : form.list((value as unknown[]).map(make)));
    }
    if (isLeafType(type)) return (value) => (value == null ? none : form.plain(type.serialize(value)));
    const sets = nodes.flatMap((node) => node.selectionSet ?? []);
    const made = new Map<unknown, Value>();
    const makers = new Map<string, Make<Value>>();
    return (value) => {
      if (value == null) return none;
      let found = made.get(value);
      if (found !== undefined) return found;
      const name = String((value as Source).__typename);
      let make = makers.get(name);
      if (!make) {
        make = objectMaker(schema.getType(name) as GraphQLObjectType, sets);
        makers.set(name, make);
      }
      found = make(value);
      made.set(value, found);
      return found;
    };
  }

  function objectMaker(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Make<Value> {
    const fields = [...collectFields(type, sets)].map(([key, nodes]) => {
      const name = nodes[0]!.name.value;
      if (name === '__typename') return () => [key, form.plain(type.name)] as const;
      const make = makerOf(type.getFields()[name]!.type, nodes);
      return (source: Source) => [key, make(source[name])] as const;
    });
    return (value) => form.object(fields.map((field) => field(value as Source)));
  }
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
