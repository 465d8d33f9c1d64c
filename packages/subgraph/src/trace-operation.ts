import { readTraceHeaders } from '@kronos/service';
import { tracing } from '@kronos/telemetry';
import { type DocumentNode, type GraphQLFormattedError, getOperationAST } from 'graphql';
import type { Caller } from './caller.ts';

/** The id of the trace that W3C trace context names; undefined when there is none. */
export function traceIdOf(traceparent: string | null): string | undefined {
  return traceparent?.split('-')[1];
}

/**
 * Runs an operation, or the start of a subscription, within the span of a server, however the operation came here.
 *
 * @param service the domain
 * @param run gives a result, which has failed when it has errors
 * @see https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/
 */
export function traceOperation<Result extends object>(
  service: string,
  { traceparent, tracestate, requestId }: Caller,
  run: () => Promise<Result>,
): Promise<Result> {
  if (!tracing) return run();
  const options = {
    kind: 'server' as const,
    service,
    parent: readTraceHeaders({ traceparent: traceparent ?? undefined, tracestate }) ?? null,
    attributes: { 'kronos.request_id': requestId },
  };
  return tracing.within('GraphQL Operation', options, async (span) => {
    const result = await run();
    const code = codeOf(result);
    if (code) span.fail(code);
    return result;
  });
}

/** Names the span in which this is called after an operation. */
export function describeOperation(document: DocumentNode, name: string | null | undefined): void {
  const span = tracing?.active();
  if (!span?.isRecording) return;
  const operation = getOperationAST(document, name);
  if (!operation) return;
  span.rename(operation.operation);
  span.set({
    'graphql.operation.type': operation.operation,
    'graphql.operation.name': operation.name?.value,
  });
}

/** The code of the first error that a result has. */
function codeOf(result: object): string | undefined {
  const { errors } = result as { errors?: readonly GraphQLFormattedError[] };
  return errors?.[0] && String(errors[0].extensions?.code ?? 'INTERNAL_SERVER_ERROR');
}
