import { type Part, type Parts, stringifyAnswer } from '@kronos/engine';
import { formatError } from '../errors/format-error.ts';

/** Where a part ends: it stands after each one, so that a client can read it now and not when the next one comes. */
const boundary = '\r\n---';

/** Of a response in parts. */
export const partsContentType = 'multipart/mixed;boundary="-";deferSpec=20220824';

const part = (json: string) => `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}${boundary}`;

/**
 * The first part: the answer without what is deferred.
 *
 * @param answer the JSON text of an object
 */
export function writeFirst(answer: string): string {
  return boundary + part(`${answer.trimEnd().slice(0, -1)},"hasNext":true}`);
}

/**
 * Parts that are ready together, in Apollo's incremental delivery format of 2022-08-24, and the end after the last ones.
 *
 * @see https://www.apollographql.com/docs/graphos/routing/operations/defer
 */
export function writeParts({ incremental, hasNext }: Parts): string {
  const parts = incremental.map(writePart).join();
  return part(`{"incremental":[${parts}],"hasNext":${hasNext}}`) + (hasNext ? '' : '--\r\n');
}

function writePart({ errors, ...rest }: Part): string {
  const formatted = errors?.map((error) => formatError(error.toJSON(), error));
  return stringifyAnswer({ ...rest, ...(formatted && { errors: formatted }) });
}
