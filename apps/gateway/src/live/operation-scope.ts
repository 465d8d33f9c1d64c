import type { PlannedSubscription } from '@kronos/engine';
import { type AccessRules, findRequirements } from '@kronos/operations';
import {
  type DocumentNode,
  type GraphQLSchema,
  isInterfaceType,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { narrowest, type SharedScope, type SharedScopes } from './shared-scopes.ts';

/** What a version of the supergraph says of who may see what, and of whom the same is true. */
export interface SchemaScopes {
  schema: GraphQLSchema;
  rules: AccessRules;
  shared: SharedScopes;
}

/**
 * How wide the events of a subscription may be shared: as wide as the narrowest of its field and of everything that it
 * selects. What says nothing is narrow:
 *
 * - a subscription field is for one credential;
 * - any other field is for one login: what subgraphs are told of a caller is the same within it, so what they answer is;
 * - what needs a known caller is never for everybody.
 */
export function sharedScopeOf(
  { schema, rules, shared }: SchemaScopes,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): SharedScope {
  const root = schema.getSubscriptionType();
  const typeInfo = new TypeInfo(schema);
  let scope: SharedScope = 'EVERYBODY';
  if (findRequirements({ schema, document, operation }, rules).length > 0) scope = 'ROLES';

  const narrow = (type: string, field: string) => {
    const silent = type === root?.name ? 'CREDENTIAL' : 'VIEWER';
    scope = narrowest(scope, shared.get(`${type}.${field}`) ?? shared.get(type) ?? silent);
  };
  // All fragments of the document: whether the operation spreads them only decides between narrow and narrower.
  const ownDocument = {
    ...document,
    definitions: document.definitions.filter(
      (definition) => definition.kind !== 'OperationDefinition' || definition === operation,
    ),
  };
  visit(
    ownDocument,
    visitWithTypeInfo(typeInfo, {
      Field({ name: { value: field } }) {
        const parent = typeInfo.getParentType();
        if (!parent || field.startsWith('__')) return;
        const types = isInterfaceType(parent) ? schema.getPossibleTypes(parent) : [parent];
        for (const { name } of types) narrow(name, field);
      },
    }),
  );
  return scope;
}

/**
 * Finds the scope of a planned subscription, once per plan.
 *
 * @param forwardsTokens whether subgraphs get callers' own tokens, of which they may make what they like: then only one
 *   credential is one viewer
 */
export function createScopeFinder(
  scopesOf: (schema: GraphQLSchema) => SchemaScopes,
  forwardsTokens: boolean,
): (planned: PlannedSubscription) => SharedScope {
  const known = new WeakMap<object, SharedScope>();
  return ({ operation, state }) => {
    let scope = known.get(operation);
    if (!scope) {
      scope = sharedScopeOf(scopesOf(state.apiSchema), operation.document, operation.node);
      if (forwardsTokens && scope !== 'EVERYBODY') scope = 'CREDENTIAL';
      known.set(operation, scope);
    }
    return scope;
  };
}
