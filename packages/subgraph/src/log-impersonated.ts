import type { Logger } from '@kronos/service';
import { type DocumentNode, getOperationAST, OperationTypeNode } from 'graphql';
import type { Caller } from './caller.ts';

/**
 * Writes down which fields somebody changes under the name of another, whichever domain they are of. Values are not written.
 *
 * @param logger one that names the request and who really acts
 */
export function logImpersonated(
  logger: Logger,
  { viewer }: Caller,
  document: DocumentNode,
  operationName: string | null | undefined,
): void {
  if (!viewer?.impersonation) return;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.MUTATION) return;
  const fields = operation.selectionSet.selections.map((selection) =>
    selection.kind === 'Field' ? selection.name.value : '…',
  );
  logger.info({ userId: viewer.userId, fields }, 'a change under the name of another');
}
