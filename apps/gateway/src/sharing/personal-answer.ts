import type { Logger } from '@kronos/service';
import type { Answer } from './flights.ts';

interface AnswerWithErrors {
  errors: { extensions?: Record<string, unknown> }[];
}

/**
 * The body of a shared answer as one of those who waited for it gets it: errors quote the id of their own request. What was
 * logged under the id of the request that was run is found by a line that names both.
 */
export function personalBody(
  answer: Answer,
  requestId: string,
  logger: Pick<Logger, 'info'>,
): string | Buffer {
  if (answer.requestId === requestId) return answer.body.text;
  const result = answer.isClean ? undefined : parseErrors(answer.body.text);
  if (!result) return answer.body.bytes;
  logger.info({ requestId, runAs: answer.requestId }, 'got the errors of an identical request');
  const errors = result.errors.map((error) =>
    error.extensions?.requestId === answer.requestId
      ? { ...error, extensions: { ...error.extensions, requestId } }
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
