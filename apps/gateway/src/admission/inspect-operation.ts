import { type AccessRules, type Costs, measureSizes, type ValidOperation } from '@kronos/operations';
import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { compileAccess, type OperationAccess, type UnauthorizedMode } from '../access/access.ts';
import type { AccessPolicies } from '../access/policies.ts';
import { type AnswerPolicy, compileAnswerPolicy } from '../caching/answer-policy.ts';
import type { CacheHints } from '../caching/cache-hints.ts';
import { compileOperationCost, type OperationCost } from '../limits/operation-cost.ts';

/** What the full SDL of one version of the graph says beside its types. */
export interface GraphRules {
  access: AccessRules;
  costs: Costs;
  hints: CacheHints;
}

/** What is known of an operation, whoever sends it. */
export interface InspectedOperation {
  graph: GraphRules;
  /** Undefined when everybody may see all of it. */
  access: OperationAccess | undefined;
  depth: number;
  cost: OperationCost;
  /** How its answer may be cached; undefined when it may not. */
  caching?: AnswerPolicy;
}

export interface InspectOptions {
  /** The rules of a version of the graph. */
  rulesOf(schema: GraphQLSchema): GraphRules;
  policies: Pick<AccessPolicies, 'grants'>;
  mode: UnauthorizedMode;
  assumedListSize: number;
}

export type InspectOperation = (operation: ValidOperation) => InspectedOperation;

/** Looks at operations, at each once: Apollo Server keeps parsed documents, so one that comes again is the same object. */
export function createInspector(options: InspectOptions): InspectOperation {
  const { rulesOf, policies, mode, assumedListSize } = options;
  const known = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, InspectedOperation>>();

  function inspect(operation: ValidOperation): InspectedOperation {
    const graph = rulesOf(operation.schema);
    return {
      graph,
      access: compileAccess(operation, { rules: graph.access, policies, mode }),
      depth: measureSizes(operation.document).get(operation.operation)!.depth,
      caching: compileAnswerPolicy(operation, graph.hints),
      cost: compileOperationCost(operation, { costs: graph.costs, assumedListSize }),
    };
  }

  return (operation) => {
    let ofSchema = known.get(operation.schema);
    if (!ofSchema) {
      ofSchema = new WeakMap();
      known.set(operation.schema, ofSchema);
    }
    let inspected = ofSchema.get(operation.operation);
    if (!inspected) {
      inspected = inspect(operation);
      ofSchema.set(operation.operation, inspected);
    }
    return inspected;
  };
}
