import {
  type ConstDirectiveNode,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';
import type { RequestContext, Viewer } from './caller.ts';
import { forbidden, personRequired, unauthenticated } from './errors.ts';

/** Throws unless the caller may have the field. */
type Guard = (context: RequestContext) => void;

/** The scopes that a caller has, be it a person or a service; null for an anonymous caller. */
export function scopesOf({ viewer, service }: Pick<RequestContext, 'viewer' | 'service'>) {
  return (viewer ?? service)?.scopes ?? null;
}

/**
 * Enforces `@authenticated` and `@requiresScopes` on every field that carries them, whose type carries them or whose
 * scalar or enum carries them, however the field is reached: by a root field or by `_entities`.
 * `@authenticated` asks for a person, scopes are had by persons and services alike.
 *
 * @param schema changed in place
 * @see https://www.apollographql.com/docs/graphos/routing/security/authorization
 */
export function enforceAccess(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) guardField(field, guardsOf(type, field));
  }
}

function guardsOf(type: GraphQLNamedType, field: GraphQLField<unknown, RequestContext>): Guard[] {
  const result = getNamedType(field.type);
  const nodes = [field.astNode, type.astNode, isLeafType(result) ? result.astNode : undefined];
  const extensions = type.extensionASTNodes ?? [];
  return [...nodes, ...extensions].flatMap((node) => (node?.directives ?? []).flatMap(guardOf));
}

function guardOf(directive: ConstDirectiveNode): Guard[] {
  if (directive.name.value === 'authenticated') return [requirePerson];
  if (directive.name.value !== 'requiresScopes') return [];
  const argument = directive.arguments?.find(({ name }) => name.value === 'scopes');
  const alternatives = valueFromASTUntyped(argument!.value) as string[][];
  return [
    (context) => {
      const scopes = scopesOf(context);
      if (!scopes) throw unauthenticated();
      if (alternatives.some((all) => all.every((scope) => scopes.has(scope)))) return;
      throw forbidden(undefined, { requiredScopes: alternatives });
    },
  ];
}

/**
 * The person who calls: for resolvers of fields that services may reach by a scope, and that need somebody all the same.
 *
 * @throws UNAUTHENTICATED for nobody, FORBIDDEN for a service
 */
export function requirePerson({ viewer, service }: Pick<RequestContext, 'viewer' | 'service'>): Viewer {
  if (viewer) return viewer;
  throw service ? personRequired() : unauthenticated();
}

/**
 * Refuses strangers: for `@anonymous` fields that persons may reach as well as services, whatever their scopes.
 *
 * @throws UNAUTHENTICATED for nobody
 */
export function requireCaller({ viewer, service }: Pick<RequestContext, 'viewer' | 'service'>): void {
  if (!viewer && !service) throw unauthenticated();
}

function guardField(field: GraphQLField<unknown, RequestContext>, guards: readonly Guard[]): void {
  if (guards.length === 0) return;
  const { resolve = defaultFieldResolver, subscribe } = field;
  field.resolve = (parent, args, context, info) => {
    for (const guard of guards) guard(context);
    return resolve(parent, args, context, info);
  };
  if (!subscribe) return;
  field.subscribe = (parent, args, context, info) => {
    for (const guard of guards) guard(context);
    return subscribe(parent, args, context, info);
  };
}
