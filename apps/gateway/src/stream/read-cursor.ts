import { codedError } from '@kronos/engine';

const shape = /^[\w.:=+/-]{1,256}$/;

/**
 * The cursor to resume after: the header, which clients send when they reconnect, counts more than the body.
 *
 * @param header `Last-Event-ID`
 * @param body of the request, parsed, with the cursor in `extensions.lastEventId`
 * @throws a coded error BAD_CURSOR
 */
export function readCursor(header: string | string[] | undefined, body: unknown): string | undefined {
  const cursor = header ?? fieldsOf(fieldsOf(body).extensions).lastEventId ?? undefined;
  if (cursor === undefined || cursor === '') return undefined;
  if (typeof cursor === 'string' && shape.test(cursor)) return cursor;
  const error = codedError('The cursor to resume after is none that this graph gives out.', {
    code: 'BAD_CURSOR',
  });
  error.extensions.http = { status: 400 };
  throw error;
}

/** What an object has; nothing for anything else. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
