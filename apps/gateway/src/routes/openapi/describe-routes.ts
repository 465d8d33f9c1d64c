import type { GraphQLSchema } from 'graphql';
import type { PreparedParameter, PreparedRoute } from '../prepare-route.ts';
import type { RouteTable } from '../route-table.ts';
import type { Spelling } from '../spelling.ts';
import { errorResponses, errorSchema, responseOf } from './errors.ts';
import type { FindRouteNeeds, RouteNeeds } from './route-needs.ts';
import { createSchemas, type JsonSchema, type Schemas } from './schemas.ts';

/**
 * Describes all routes as OpenAPI 3.1: what they take, from the types of their operations' variables, and what they give,
 * from the types of what is selected.
 *
 * @param schema the version of the graph that the routes were prepared for; undefined before there is one
 * @param needsOf what callers need for a route
 * @param origin where the gateway is reached, e.g. `http://localhost:4000`; empty when nobody can say
 * @see https://spec.openapis.org/oas/v3.1.0
 */
export function describeRoutes(
  { routes }: Pick<RouteTable, 'routes'>,
  schema: GraphQLSchema | undefined,
  needsOf: FindRouteNeeds,
  origin: string,
): Record<string, unknown> {
  const schemas = createSchemas(schema);
  const ids = new Set<string>();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const prepared of routes) {
    const path = prepared.route.path;
    paths[path] ??= {};
    paths[path][prepared.route.method.toLowerCase()] = {
      operationId: uniqueId(prepared, ids),
      ...describeRoute(prepared, schemas),
      // There are no routes without a graph.
      security: describeSecurity(needsOf(prepared, schema!)),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kronos',
      version: '1.0.0',
      description: 'REST routes on the graph. Everything else, and live events, are at /graphql.',
    },
    servers: [{ url: origin || '/' }],
    paths,
    components: {
      schemas: { Error: errorSchema, ...schemas.named() },
      responses: errorResponses,
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        clientKey: {
          type: 'apiKey',
          in: 'header',
          name: 'x-kronos-client-key',
          description: 'Names the client application.',
        },
      },
    },
  };
}

/** The operation's name; with what tells it from others when several routes have the same. */
function uniqueId({ operation, route }: PreparedRoute, ids: Set<string>): string {
  const words = `${route.method.toLowerCase()} ${route.path}`.match(/[A-Za-z0-9]+/g)!;
  const fallback = words
    .map((word, index) => (index === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
    .join('');
  const name = operation.name?.value;
  const id = name && !ids.has(name) ? name : fallback;
  ids.add(id);
  return id;
}

function describeRoute(prepared: PreparedRoute, schemas: Schemas): Record<string, unknown> {
  const { route, parameters, result, fragments, spelling } = prepared;
  const hasBody = route.successStatus !== 204 && route.successStatus !== 205;
  const body = parameters.filter(({ source }) => source === 'BODY');
  return {
    ...(route.description && { description: route.description }),
    parameters: parameters
      .filter(isInUrl)
      .map((parameter) => describeParameter(parameter, schemas, spelling)),
    ...(body.length > 0 && { requestBody: describeBody(body, schemas, spelling) }),
    responses: {
      [route.successStatus]: {
        description: 'Done.',
        ...(hasBody && {
          content: { 'application/json': { schema: schemas.ofSelection(result, fragments, spelling) } },
        }),
      },
      ...responseOf(prepared),
    },
  };
}

/** Alternatives, each of what a caller shows: nothing at all, where nobody need be logged in. */
function describeSecurity({ login, scopes }: RouteNeeds): object[] {
  return [
    ...(login ? [] : [{}, { clientKey: [] }]),
    ...scopes.flatMap((needed) => [{ accessToken: needed }, { accessToken: needed, clientKey: [] }]),
  ];
}

function isInUrl({ source }: PreparedParameter): boolean {
  return source === 'PATH' || source === 'QUERY';
}

function describeParameter(
  parameter: PreparedParameter,
  schemas: Schemas,
  spelling: Spelling,
): Record<string, unknown> {
  const { source, name, type, isRequired, description } = parameter;
  return {
    name,
    in: source === 'PATH' ? 'path' : 'query',
    required: source === 'PATH' || isRequired,
    ...(description && { description }),
    schema: schemas.ofInput(type, spelling, { isNullable: false }),
  };
}

function describeBody(
  parameters: readonly PreparedParameter[],
  schemas: Schemas,
  spelling: Spelling,
): Record<string, unknown> {
  const whole = parameters.find(({ name }) => name === null);
  const schema: JsonSchema = whole
    ? schemas.ofInput(whole.type, spelling, { isNullable: false })
    : {
        type: 'object',
        properties: Object.fromEntries(
          parameters.map(({ name, type, description }) => [
            name,
            { ...schemas.ofInput(type, spelling), ...(description && { description }) },
          ]),
        ),
        required: parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name!),
      };
  return {
    required: parameters.some(({ isRequired }) => isRequired),
    content: { 'application/json': { schema } },
  };
}
