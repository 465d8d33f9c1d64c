import { type Engine, stringifyAnswer } from '@kronos/engine';
import type { Admission } from '../admission/admission.ts';
import type { GatewayContext } from '../context.ts';
import type { AnswerHeaders } from '../headers/answer-headers.ts';
import { JsonBody } from '../http/json-body.ts';
import { acceptedMediaType } from '../http/media-type.ts';
import type { OperationRequest } from '../http/operation-request.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { StoredOperations } from '../stored/stored-operations.ts';
import { describeOperation, noteOutcome } from '../telemetry/operation-span.ts';
import type { KnownOperations } from './known-operations.ts';

export interface AnswerKnownOptions {
  engine: Pick<Engine, 'execute'>;
  operations: KnownOperations;
  admission: Pick<Admission, 'refusal' | 'takePoints'>;
  answerHeaders: Pick<AnswerHeaders, 'pass'>;
  stored: Pick<StoredOperations, 'safelist' | 'uses'>;
  metrics: Pick<GatewayMetrics, 'count' | 'countKnown'>;
}

/** An answer that holds data and no errors. */
export interface CleanAnswer {
  headers: ReadonlyMap<string, string>;
  text: string;
}

/**
 * Answers an operation that Apollo Server has found valid before, without asking it again: its pipeline costs more than
 * the execution of a small query. Whatever is out of the ordinary is left to it, with what was executed already in the
 * context, so that there is one place where requests are refused and errors are written.
 *
 * @returns undefined for everything but an answer without errors
 */
export async function answerKnown(
  request: OperationRequest,
  context: GatewayContext,
  { engine, operations, admission, answerHeaders, stored, metrics }: AnswerKnownOptions,
): Promise<CleanAnswer | undefined> {
  const { method, body, headers } = request;
  // A body of this class came with the content type of JSON, which no other site's page can send unasked.
  if (method !== 'POST' || !(body instanceof JsonBody)) return undefined;
  const mediaType = acceptedMediaType(headers.accept);
  const known = mediaType && operations.find(body.value);
  if (!known || stored.safelist.refusal(context, known.queryHash)) return undefined;
  if (admission.refusal(known, context)) return undefined;
  const taking = admission.takePoints(context);
  if (taking) await taking;
  describeOperation(context.trace.span, known.operation, known.queryHash);
  context.executed = engine.execute({ ...known, context: context as unknown as Record<string, unknown> });
  const result = await context.executed.catch(() => undefined);
  if (!result?.data || result.errors) return undefined;

  noteOutcome(context.trace.span, undefined);
  const kind = known.operation.operation;
  if (context.notes) context.notes.isClean = true;
  const answered = new Map([['content-type', `${mediaType}; charset=utf-8`]]);
  answerHeaders.pass({ kind, context }, answered);
  metrics.count(kind, 'ok', context.startedAt);
  metrics.countKnown();
  stored.uses.count(known.queryHash);
  return { headers: answered, text: stringifyAnswer(result) };
}
