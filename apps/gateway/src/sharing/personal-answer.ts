import type { Logger } from '@kronos/service';
import type { Answer } from './flights.ts';

interface AnswerWithErrors {
  errors: { extensions?: Record<string, unknown> }[];
}

/**
 * The body of a shared answer as one of those who waited for it gets it: errors quote the id of their own request. What was
 * logged under the id of the request that was run is found by a line that names both.
 */
export function personalBody(answer: Answer, requestId: string, logger: Pick<Logger, 'info'>): Buffer {
  if (answer.isClean || answer.requestId === requestId) return answer.body;
  const result = parseErrors(answer.body);
  if (!result) return answer.body;
  logger.info({ requestId, runAs: answer.requestId }, 'got the errors of an identical request');
  const errors = result.errors.map((error) =>
    error.extensions?.requestId === answer.requestId
      ? { ...error, extensions: { ...error.extensions, requestId } }
      : error,
  );
  return Buffer.from(JSON.stringify({ ...result, errors }));
}

function parseErrors(body: Buffer): AnswerWithErrors | undefined {
  try {
    const result = JSON.parse(body.toString());
    return Array.isArray(result?.errors) ? result : undefined;
  } catch {
    return undefined;
  }
}
