import { limitExceeded } from './limit-exceeded.ts';

/**
 * Refuses a batch of operations in one request. Each would have to be limited, paid and answered by itself, and over one
 * connection separate requests cost no more: there is nothing to gain that would be worth a second way in.
 *
 * @param body of a request, parsed
 * @throws a coded error OPERATION_LIMIT_EXCEEDED
 */
export function refuseBatch(body: unknown): void {
  if (!Array.isArray(body)) return;
  throw limitExceeded(
    { limit: 'batch', value: body.length, maximum: 1 },
    `A request is 1 operation, and this one is a list of ${body.length}: send each by itself.`,
  );
}
