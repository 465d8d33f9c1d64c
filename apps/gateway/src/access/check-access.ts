import type { ApolloServerPlugin } from '@apollo/server';
import { codedError } from '@kronos/engine';
import type { DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { Viewer } from './caller.ts';
import { findRequirements, type Requirement } from './find-requirements.ts';
import type { AccessRules } from './rules.ts';

/** Keeps callers from what they may not see. */
export interface AccessCheck {
  /** The error for an operation that selects what its caller may not see; undefined when all of it may be seen. */
  refusal(operation: ValidOperation, viewer: Viewer | null): GraphQLError | undefined;
  /** Refuses such operations before anything is executed. */
  usePlugin(): ApolloServerPlugin<GatewayContext>;
}

/** An operation and the version of the graph in which it is valid. */
export interface ValidOperation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/** @param rulesOf the rules of a version of the supergraph */
export function createAccessCheck(rulesOf: (schema: GraphQLSchema) => AccessRules): AccessCheck {
  // Apollo Server keeps parsed documents, so an operation that comes again is the same object.
  const known = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, Requirement[]>>();

  function requirementsOf({ schema, document, operation }: ValidOperation): Requirement[] {
    const requirements = known.get(schema) ?? new WeakMap<OperationDefinitionNode, Requirement[]>();
    known.set(schema, requirements);
    let found = requirements.get(operation);
    if (!found) {
      found = findRequirements(schema, rulesOf(schema), document, operation);
      requirements.set(operation, found);
    }
    return found;
  }

  const refusal: AccessCheck['refusal'] = (operation, viewer) => refuse(requirementsOf(operation), viewer);

  return {
    refusal,
    usePlugin: () => ({
      async requestDidStart() {
        return {
          async didResolveOperation({ schema, document, operation, contextValue }) {
            if (!operation) return;
            const refused = refusal({ schema, document, operation }, contextValue.caller.viewer);
            if (refused) throw refused;
          },
        };
      },
    }),
  };
}

/** The error for the first requirement that a viewer does not meet; undefined when all are met. */
function refuse(requirements: readonly Requirement[], viewer: Viewer | null): GraphQLError | undefined {
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
