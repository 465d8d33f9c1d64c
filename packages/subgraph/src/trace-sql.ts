import { type Span, tracing } from '@kronos/telemetry';
import { type ExtendedSpanOptions, setGlobalTracingHelper } from '@prisma/instrumentation-contract';
import { sqlStateOf } from './database-errors.ts';

/** Prisma's other steps, such as compiling a query, are its own matter. */
const transactionSteps: Record<string, string> = {
  start_transaction: 'BEGIN',
  commit_transaction: 'COMMIT',
  rollback_transaction: 'ROLLBACK',
};

/**
 * Gives each SQL statement that Prisma sends a span, within the spans of those who ask: what a process does on its own
 * behalf, such as looking for events, has none.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/database/postgresql/
 */
export function traceSql(): void {
  setGlobalTracingHelper({
    isEnabled: () => tracing?.active()?.isRecording ?? false,
    runInChildSpan<Result>(step: string | ExtendedSpanOptions, call: () => Result): Result {
      const { name, attributes } = typeof step === 'string' ? { name: step } : step;
      const text = attributes?.['db.query.text'];
      const summary = name === 'db_query' ? summaryOf(String(text)) : transactionStep(name);
      if (!summary || !tracing?.active()?.isRecording) return call();
      const described = {
        'db.system.name': 'postgresql',
        'db.operation.name': summary.operation,
        'db.collection.name': summary.table,
        // With placeholders in place of values.
        'db.query.text': text === undefined ? undefined : String(text),
      };
      const spanName = summary.table ? `${summary.operation} ${summary.table}` : summary.operation;
      return tracing.within(spanName, { kind: 'client', attributes: described }, (span) =>
        notingState(span, call()),
      );
    },
    // For engines that are processes of their own, of which Prisma 7 has none.
    dispatchEngineSpans(_spans, events, emit) {
      for (const event of events) emit(event);
    },
    getActiveContext: () => undefined,
    getTraceParent: () => '00-10-10-00',
  });
}

/** What a statement does, and to which table first. */
export function summaryOf(sql: string): { operation: string; table?: string } {
  const [, operation = 'SQL'] = /^\W*([a-z]+)/i.exec(sql) ?? [];
  const [, table] = /\b(?:from|into|update)\s+(?:only\s+)?(?:"?\w+"?\.)?"?(\w+)"?/i.exec(sql) ?? [];
  return { operation: operation.toUpperCase(), ...(table && { table }) };
}

function transactionStep(name: string): { operation: string; table?: string } | undefined {
  const operation = transactionSteps[name];
  return operation === undefined ? undefined : { operation };
}

function notingState<Result>(span: Span, result: Result): Result {
  if (!(result instanceof Promise)) return result;
  return result.catch((error: unknown) => {
    const state = sqlStateOf(error);
    if (state) span.fail(state);
    throw error;
  }) as Result;
}
