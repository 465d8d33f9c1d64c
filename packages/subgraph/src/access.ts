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
import type { RequestContext } from './caller.ts';
import { forbidden, unauthenticated } from './errors.ts';

/** Throws unless the caller may have the field. */
type Guard = (context: RequestContext) => void;

/**
 * Enforces `@authenticated` and `@requiresScopes` on every field that carries them, whose type carries them or whose
 * scalar or enum carries them, however the field is reached: by a root field or by `_entities`.
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
  if (directive.name.value === 'authenticated') return [requireViewer];
  if (directive.name.value !== 'requiresScopes') return [];
  const argument = directive.arguments?.find(({ name }) => name.value === 'scopes');
  const alternatives = valueFromASTUntyped(argument!.value) as string[][];
  return [
    (context) => {
      const { scopes } = requireViewer(context);
      if (alternatives.some((all) => all.every((scope) => scopes.has(scope)))) return;
      throw forbidden(undefined, { requiredScopes: alternatives });
    },
  ];
}

function requireViewer({ viewer }: RequestContext) {
  if (viewer) return viewer;
  throw unauthenticated();
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
