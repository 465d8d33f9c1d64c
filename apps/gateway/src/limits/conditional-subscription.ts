import { codedError } from '@kronos/engine';
import { type DocumentNode, Kind, OperationTypeNode, parse, type SelectionSetNode } from 'graphql';

/** Words rather than a pattern: a pattern that allows for all that may stand between them could be made to take minutes. */
function mayBeConditional(query: string): boolean {
  return query.includes('subscription') && (query.includes('skip') || query.includes('include'));
}

/**
 * Refuses `@skip` and `@include` on the root field of a subscription: a subscription cannot select nothing. graphql-js
 * throws on them inside its own rule, which Apollo Server answers with 500.
 *
 * @param body of a request, parsed
 * @throws a coded error BAD_REQUEST
 */
export function refuseConditionalSubscription(body: unknown, maxTokens: number): void {
  const query = typeof body === 'object' && body !== null && 'query' in body ? body.query : undefined;
  if (typeof query !== 'string' || !mayBeConditional(query)) return;
  const document = parseOrNothing(query, maxTokens);
  for (const definition of document?.definitions ?? []) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (definition.operation !== OperationTypeNode.SUBSCRIPTION) continue;
    if (!hasCondition(definition.selectionSet, document!, new Set())) continue;
    const error = codedError('The root field of a subscription takes neither @skip nor @include.', {
      code: 'BAD_REQUEST',
    });
    error.extensions.http = { status: 400 };
    throw error;
  }
}

function hasCondition(selectionSet: SelectionSetNode, document: DocumentNode, seen: Set<string>): boolean {
  return selectionSet.selections.some((selection) => {
    const names = selection.directives?.map((directive) => directive.name.value) ?? [];
    if (names.includes('skip') || names.includes('include')) return true;
    if (selection.kind === Kind.FIELD) return false;
    if (selection.kind === Kind.INLINE_FRAGMENT) return hasCondition(selection.selectionSet, document, seen);
    const name = selection.name.value;
    if (seen.has(name)) return false;
    seen.add(name);
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION && hasCondition(fragment.selectionSet, document, seen);
  });
}

/** A document that does not parse is reported by Apollo Server. */
function parseOrNothing(query: string, maxTokens: number): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens, noLocation: true });
  } catch {
    return undefined;
  }
}
