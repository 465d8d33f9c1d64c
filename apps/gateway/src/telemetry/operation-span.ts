import type { Attributes, Span } from '@kronos/telemetry';
import type { GraphQLFormattedError, OperationDefinitionNode } from 'graphql';

const described = new WeakMap<Span, { name: string; attributes: Attributes }>();

/**
 * Names the span of a request after its operation. The name of an operation is its client's to choose, and the document may
 * hold values: the one is an attribute, of the other the hash.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/
 */
export function describeOperation(
  span: Span | undefined,
  { operation, name }: OperationDefinitionNode,
  queryHash: string,
): void {
  if (!span?.isRecording) return;
  describe(span, operation, {
    'graphql.operation.type': operation,
    'graphql.operation.name': name?.value,
    'graphql.document.hash': `sha256:${queryHash}`,
  });
}

/** Lets a request that got the answer to an identical one lead to the trace in which that was made. */
export function joinOperation(span: Span | undefined, run: Span | undefined): void {
  if (!span?.isRecording || !run) return;
  const { name, attributes } = described.get(run) ?? {};
  if (name && attributes) describe(span, name, attributes);
  span.set({ 'kronos.is_shared': true });
  span.link(run);
}

/** Notes what came of an operation. */
export function noteOutcome(
  span: Span | undefined,
  errors: readonly GraphQLFormattedError[] | undefined,
): void {
  if (!span?.isRecording) return;
  const code = errors?.[0] && String(errors[0].extensions?.code ?? 'INTERNAL_SERVER_ERROR');
  span.set({ 'kronos.outcome': code ?? 'ok' });
  if (code) span.fail(code);
}

function describe(span: Span, name: string, attributes: Attributes): void {
  span.rename(name);
  span.set(attributes);
  described.set(span, { name, attributes });
}
