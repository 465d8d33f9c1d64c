import {
  type DefinitionNode,
  type DocumentNode,
  extendSchema,
  type FormattedExecutionResult,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getVariableValues,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { executePlainly, selfField } from './oracle.ts';
import type { World } from './world.ts';

/** A part of an answer: what a deferred fragment gives for the object at a path. */
export interface Part {
  label: string;
  path: (string | number)[];
  data: unknown;
  /** Their paths begin at the part. */
  errors: NonNullable<FormattedExecutionResult['errors']>;
}

export interface AnswerInParts {
  first: FormattedExecutionResult;
  parts: Part[];
}

const prefix = 'part_';

/**
 * The truth about an answer in parts, from graphql-js, which knows nothing of `@defer`: each deferred fragment is put below
 * a nullable field that every object has and that gives the object itself. What is found there is the part, and nulls stop
 * where they should.
 *
 * @param document whose deferred fragments have different labels
 */
export async function executePartsPlainly(
  world: World,
  apiSchema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
): Promise<AnswerInParts> {
  const types = Object.values(apiSchema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  );
  const own = types.map(({ name }) => `extend type ${name} { ${selfField}: ${name} }`).join(' ');
  const schema = extendSchema(apiSchema, parse(own));
  const result = await executePlainly(world, schema, withFields(apiSchema, document, variables), variables);
  return takeApart(result);
}

function withFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  given: Record<string, unknown>,
): DocumentNode {
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!;
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  const notTaken = operation.operation === 'mutation' ? rootFragments(document, operation) : new Set();
  const conditionOf = (name: string) =>
    document.definitions.find((node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name) as
      | { typeCondition: { name: { value: string } } }
      | undefined;

  function rewrite(set: SelectionSetNode): SelectionSetNode {
    return { ...set, selections: set.selections.flatMap(rewriteSelection) };
  }

  function rewriteSelection(node: SelectionNode): SelectionNode[] {
    if (node.kind === Kind.FIELD) {
      // What is asked about the schema is answered at once.
      if (node.name.value.startsWith('__')) return [node];
      return [node.selectionSet ? { ...node, selectionSet: rewrite(node.selectionSet) } : node];
    }
    const directives = node.directives?.filter(({ name }) => name.value !== 'defer');
    const deferral = getDirectiveValues(schema.getDirective('defer')!, node, coerced);
    const inner =
      node.kind === Kind.INLINE_FRAGMENT ? { ...node, selectionSet: rewrite(node.selectionSet) } : node;
    if (!deferral?.if || notTaken.has(node)) return [{ ...inner, directives }];
    if (getDirectiveValues(GraphQLSkipDirective, node, coerced)?.if === true) return [];
    if (getDirectiveValues(GraphQLIncludeDirective, node, coerced)?.if === false) return [];
    const definition = node.kind === Kind.FRAGMENT_SPREAD ? conditionOf(node.name.value)! : node;
    return possibleTypes(schema, definition.typeCondition?.name.value).map((type) => ({
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
      selectionSet: {
        kind: Kind.SELECTION_SET,
        selections: [
          {
            kind: Kind.FIELD,
            alias: { kind: Kind.NAME, value: `${prefix}${deferral.label}` },
            name: { kind: Kind.NAME, value: selfField },
            selectionSet: { kind: Kind.SELECTION_SET, selections: [{ ...inner, directives: [] }] },
          },
        ],
      },
    }));
  }

  return {
    ...document,
    definitions: document.definitions.map((node) =>
      'selectionSet' in node && !isOnSchema(node)
        ? { ...node, selectionSet: rewrite(node.selectionSet) }
        : node,
    ),
  };
}

function isOnSchema(node: DefinitionNode): boolean {
  return node.kind === Kind.FRAGMENT_DEFINITION && node.typeCondition.name.value.startsWith('__');
}

/** Those to which a type condition applies; all of them when there is none. */
function possibleTypes(schema: GraphQLSchema, condition: string | undefined): string[] {
  const type = condition === undefined ? undefined : schema.getType(condition);
  const types = isAbstractType(type) ? schema.getPossibleTypes(type) : Object.values(schema.getTypeMap());
  return types
    .filter((one) => isObjectType(one) && !one.name.startsWith('__'))
    .map(({ name }) => name)
    .filter((name) => !type || isAbstractType(type) || name === condition);
}

/** What is directly at the root of a mutation is never deferred. */
function rootFragments(
  document: DocumentNode,
  { selectionSet }: OperationDefinitionNode,
): Set<SelectionNode> {
  const found = new Set<SelectionNode>();
  const add = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD || found.has(node)) continue;
      found.add(node);
      if (node.kind === Kind.INLINE_FRAGMENT) add(node.selectionSet);
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.FRAGMENT_DEFINITION || node.kind !== Kind.FRAGMENT_SPREAD) continue;
        if (definition.name.value === node.name.value) add(definition.selectionSet);
      }
    }
  };
  add(selectionSet);
  return found;
}

/** Moves the parts out of a result. */
function takeApart({ data, errors = [] }: FormattedExecutionResult): AnswerInParts {
  const parts: Part[] = [];

  function strip(value: unknown, path: (string | number)[]): unknown {
    if (Array.isArray(value)) {
      // The field that was added for this is not the schema's.
      const known = value.filter((item) => JSON.stringify(item) !== `{"name":"${selfField}"}`);
      return known.map((item, index) => strip(item, [...path, index]));
    }
    if (typeof value !== 'object' || value === null) return value;
    const rest: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      if (!key.startsWith(prefix)) rest[key] = strip(member, [...path, key]);
      else {
        const part: Part = { label: key.slice(prefix.length), path: realPath(path), data: null, errors: [] };
        parts.push(part);
        part.data = strip(member, [...path, key]);
        part.errors = errorsOf([...path, key]);
      }
    }
    return rest;
  }

  /** The errors of a part, or of what is in none, without those of the parts inside. */
  function errorsOf(start: (string | number)[]): Part['errors'] {
    return errors.flatMap((error) => {
      const path = error.path ?? [];
      const inner = path.findLastIndex((step) => String(step).startsWith(prefix)) + 1;
      const isOwn = inner === start.length && start.every((step, index) => step === path[index]);
      return isOwn ? [{ ...error, path: path.slice(inner) }] : [];
    });
  }

  return {
    first: { data: strip(data, []) as FormattedExecutionResult['data'], errors: errorsOf([]) },
    parts,
  };
}

function realPath(path: (string | number)[]): (string | number)[] {
  return path.filter((step) => !String(step).startsWith(prefix));
}
