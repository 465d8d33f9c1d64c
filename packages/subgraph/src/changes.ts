import { changesDuring } from '@kronos/events';
import { type DocumentNode, type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql';

/** The header in which the gateway is told what a mutation has changed: tags with commas between them. */
export const changesHeader = 'x-kronos-changed';

/** More than a header can well hold: the gateway then takes everything for changed that is the subgraph's. */
const maxTags = 100;

/** Whether it changes anything. */
export function isMutation(document: DocumentNode, operationName: string | null | undefined): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.MUTATION;
}

/** Executes a mutation; `extensions.changed` of the result is what its events are about, or `*`. */
export async function sayingChanges(execute: () => Promise<ExecutionResult>): Promise<ExecutionResult> {
  const { result, changes } = await changesDuring(execute);
  const changed = changes.length > maxTags ? ['*'] : changes;
  return { ...result, extensions: { ...result.extensions, changed } };
}
