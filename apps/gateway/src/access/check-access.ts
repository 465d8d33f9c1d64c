import type { ApolloServerPlugin } from '@apollo/server';
import { codedError } from '@kronos/engine';
import type { GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { Viewer } from './caller.ts';
import { findRequirements, type Requirement } from './find-requirements.ts';
import type { AccessRules } from './rules.ts';

/**
 * Refuses, before anything is executed, an operation that selects what its caller may not see.
 *
 * @param rulesOf the rules of the version of the supergraph that a request was validated against
 */
export function useAccessRules(
  rulesOf: (schema: GraphQLSchema) => AccessRules,
): ApolloServerPlugin<GatewayContext> {
  // Apollo Server keeps parsed documents, so an operation that comes again is the same object.
  const known = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, Requirement[]>>();

  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, contextValue }) {
          if (!operation) return;
          const requirements = known.get(schema) ?? new WeakMap<OperationDefinitionNode, Requirement[]>();
          known.set(schema, requirements);
          const found =
            requirements.get(operation) ?? findRequirements(schema, rulesOf(schema), document, operation);
          requirements.set(operation, found);
          const refusal = refuse(found, contextValue.caller.viewer);
          if (refusal) throw refusal;
        },
      };
    },
  };
}

/** The error for the first requirement that a viewer does not meet; undefined when all are met. */
export function refuse(
  requirements: readonly Requirement[],
  viewer: Viewer | null,
): GraphQLError | undefined {
  const unmet = requirements.find(({ rule }) => !viewer || !hasScopes(rule.scopes, viewer.scopes));
  if (!unmet) return undefined;
  const { coordinate, rule } = unmet;
  const details = { field: coordinate, ...(rule.scopes.length > 0 && { requiredScopes: rule.scopes }) };
  const error = viewer
    ? codedError(`You may not see ${coordinate}.`, { code: 'FORBIDDEN', details })
    : codedError(`${coordinate} is only for those who are logged in.`, { code: 'UNAUTHENTICATED', details });
  error.extensions.http = { status: viewer ? 403 : 401 };
  return error;
}

function hasScopes(alternatives: readonly (readonly string[])[], scopes: ReadonlySet<string>): boolean {
  return (
    alternatives.length === 0 || alternatives.some((needed) => needed.every((scope) => scopes.has(scope)))
  );
}
