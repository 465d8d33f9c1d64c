import { measureSizes, type OperationSize } from '@kronos/operations';
import { type ASTVisitor, GraphQLError, type ListValueNode, type ValidationContext } from 'graphql';
import { describeLimit } from './limit-exceeded.ts';

/** How large an operation may be, beside its tokens, which the parser counts. */
export interface OperationLimits extends OperationSize {
  /** Items of a list that is written in the document. */
  listInput: number;
}

const sizes = ['depth', 'aliases', 'rootFields', 'directives', 'deferred'] as const;

/** A validation rule that refuses operations beyond the limits, fragments counted wherever they are spread. */
export function limitOperations(limits: OperationLimits) {
  return (context: ValidationContext): ASTVisitor => {
    function report(limit: keyof OperationLimits, value: number, nodes?: ListValueNode): void {
      const exceeded = { limit, value, maximum: limits[limit] };
      if (value <= exceeded.maximum) return;
      // Apollo Server gives every failed rule the same code; whoever formats the error knows it by this.
      context.reportError(
        new GraphQLError(describeLimit(exceeded), { nodes, extensions: { limit: exceeded } }),
      );
    }
    return {
      Document(document) {
        for (const size of measureSizes(document).values()) {
          for (const limit of sizes) report(limit, size[limit]);
        }
      },
      ListValue: (node) => report('listInput', node.values.length, node),
    };
  };
}
