import {
  isReserved,
  type PathSegment,
  parsePathTemplate,
  type Route,
  type RouteParameter,
} from '@kronos/edge-rules';
import {
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  typeFromAST,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Fragments, type SelectedPart, selectedAt } from './selected-at.ts';
import { type Spelling, spellingOf } from './spelling.ts';

/** A parameter of a route with where its value goes. */
export interface PreparedParameter extends RouteParameter {
  /** The variable and, below it, fields of input objects. */
  path: readonly [variable: string, ...fields: string[]];
  type: GraphQLInputType;
  description: string | null | undefined;
  /** Whether the operation cannot do without it. */
  isRequired: boolean;
}

/** A variable of a route's operation. */
export interface PreparedVariable {
  name: string;
  type: GraphQLInputType;
  hasDefault: boolean;
}

/** A route that can be served, in one version of the graph. */
export interface PreparedRoute {
  route: Route;
  segments: readonly PathSegment[];
  document: string;
  operation: OperationDefinitionNode;
  fragments: Fragments;
  isMutation: boolean;
  parameters: readonly PreparedParameter[];
  variables: readonly PreparedVariable[];
  /** The part of the data that is the body. */
  result: SelectedPart;
  spelling: Spelling;
  /** Puts a value of that part into its clients' words. */
  write(value: unknown): unknown;
}

const keptRoutes = 5_000;

/**
 * Prepares a route for being served.
 *
 * @param document the text of its operation; undefined when it is not stored
 * @throws Error that says why it cannot be served
 */
export function prepareRoute(
  route: Route,
  document: string | undefined,
  schema: GraphQLSchema,
): PreparedRoute {
  const segments = parsePathTemplate(route.path);
  const [first] = segments;
  if (first && 'literal' in first && isReserved(first.literal))
    throw new Error(`the path is the gateway's own: /${first.literal}`);
  if (document === undefined) throw new Error('its operation is not stored');
  const { operation, fragments } = readOperation(document, schema);
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  if (operation.operation === OperationTypeNode.SUBSCRIPTION)
    throw new Error('its operation is a subscription');
  if (isMutation && route.method === 'GET') throw new Error('GET never carries a mutation');
  const result = selectedAt(schema, operation, fragments, route.resultPath);
  if (!result) throw new Error(`its operation selects nothing at ${route.resultPath}`);
  const variables = (operation.variableDefinitions ?? []).map(({ variable, type, defaultValue }) => ({
    name: variable.name.value,
    type: typeFromAST(schema, type) as GraphQLInputType,
    hasDefault: defaultValue !== undefined,
  }));
  const parameters = route.parameters.map((parameter) => prepareParameter(parameter, variables));
  const spelling = spellingOf(route.spelling);
  return {
    ...{ route, segments, document, operation, fragments, isMutation, parameters, variables, result },
    ...{ spelling, write: spelling.writer(schema, result, fragments) },
  };
}

/** Prepares each route once in a version of the graph: when the rules change, most routes do not. */
export function preparingOnce(): typeof prepareRoute {
  const known = new LRUCache<string, PreparedRoute>({ max: keptRoutes });
  let graph: GraphQLSchema | undefined;
  return (route, document, schema) => {
    if (schema !== graph) known.clear();
    graph = schema;
    const key = JSON.stringify(route);
    const found = known.get(key);
    if (found && found.document === document) return found;
    const prepared = prepareRoute(route, document, schema);
    known.set(key, prepared);
    return prepared;
  };
}

function readOperation(text: string, schema: GraphQLSchema) {
  const document = parse(text, { noLocation: true });
  const operations: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const [operation, ...others] = operations;
  if (!operation || others.length > 0) throw new Error('its document does not hold exactly one operation');
  const [fault] = validate(schema, document);
  if (fault) throw new Error(`its operation does not fit the graph: ${fault.message}`);
  return { operation, fragments };
}

function prepareParameter(
  parameter: RouteParameter,
  variables: readonly PreparedVariable[],
): PreparedParameter {
  const [name = '', ...fields] = parameter.variable.split('.');
  const variable = variables.find((candidate) => candidate.name === name);
  if (!variable) throw new Error(`its operation has no variable $${name}`);
  let { type } = variable;
  let description: string | null | undefined;
  let isRequired = isNonNullType(type) && !variable.hasDefault;
  for (const field of fields) {
    const object = isNonNullType(type) ? type.ofType : type;
    const definition = isInputObjectType(object) ? object.getFields()[field] : undefined;
    if (!definition) throw new Error(`there is no $${parameter.variable}`);
    // Of what need not be there at all, nothing is needed; once it is there, its own checks say what is missing.
    isRequired &&= isRequiredInputField(definition);
    ({ type, description } = definition);
  }
  if (!isInputType(type)) throw new Error(`$${parameter.variable} takes no value`);
  return { ...parameter, path: [name, ...fields], type, description, isRequired };
}
