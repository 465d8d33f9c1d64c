import type { GatewayContext } from '../context.ts';
import { requestScope } from '../errors/request-scope.ts';
import type { Answer } from './flights.ts';

interface AnswerWithErrors {
  errors: { extensions?: Record<string, unknown> }[];
}

/**
 * The body of a shared answer as one of those who waited for it gets it: errors quote the ids of their own request and of its
 * trace, which leads on to that of the run. What was logged under the ids of the run is found by a line that names both.
 */
export function personalBody(
  answer: Answer,
  context: Pick<GatewayContext, 'requestId' | 'trace'>,
): string | Buffer {
  const { requestId, trace } = context;
  if (answer.requestId === requestId) return answer.body.text;
  const result = answer.isClean ? undefined : parseErrors(answer.body.text);
  if (!result) return answer.body.bytes;
  const runAs = { runAs: answer.requestId, runTraceId: answer.span?.traceId };
  requestScope.getStore()?.logger.info(runAs, 'got the errors of an identical request');
  const ids = { requestId, ...(trace.span?.isRecording && { traceId: trace.span.traceId }) };
  const errors = result.errors.map((error) =>
    error.extensions?.requestId === answer.requestId
      ? { ...error, extensions: { ...error.extensions, ...ids } }
      : error,
  );
  return JSON.stringify({ ...result, errors });
}

function parseErrors(text: string): AnswerWithErrors | undefined {
  try {
    const result = JSON.parse(text);
    return Array.isArray(result?.errors) ? result : undefined;
  } catch {
    return undefined;
  }
}
