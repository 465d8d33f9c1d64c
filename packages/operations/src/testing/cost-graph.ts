import {
  buildSchema,
  type DocumentNode,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import type { CollectOptions } from '../collect-fields.ts';
import { type Costs, readCosts } from '../cost/read-costs.ts';
import { fragmentsOf } from '../fragments.ts';

const directives = `
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
`;

/** A graph whose SDL has costs, for tests. */
export interface CostGraph {
  costs: Costs;
  /** An operation of the graph, ready to be looked at. @throws Error when it is not valid */
  read(query: string): CollectOptions & { document: DocumentNode; operation: OperationDefinitionNode };
}

/** @param types with `@cost` and `@listSize` under their own names */
export function costGraph(types: string): CostGraph {
  const link =
    'schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"]) { query: Query }';
  const schema = buildSchema(directives + types);
  return {
    costs: readCosts(`${link} ${types}`),
    read(query) {
      const document = parse(query);
      const [fault] = validate(schema, document);
      if (fault) throw fault;
      const operation = getOperationAST(document)!;
      return { schema, document, operation, fragments: fragmentsOf(document), isIncluded: () => true };
    },
  };
}
