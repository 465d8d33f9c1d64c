/** One server-sent event. Without `event` and `data`, its id alone moves the receiver's Last-Event-ID forward. */
export interface SseMessage {
  id?: string;
  event?: string;
  data?: string;
}

/**
 * The bytes of one server-sent event.
 *
 * @param message `data` must be one line, which JSON is
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function sseMessage({ id, event, data }: SseMessage): string {
  const fields = [
    id === undefined ? '' : `id: ${id}\n`,
    event === undefined ? '' : `event: ${event}\n`,
    data === undefined ? '' : `data: ${data}\n`,
  ];
  return `${fields.join('')}\n`;
}

/** A comment: keeps the connection open and is read by nobody. */
export const sseComment = ':\n\n';
