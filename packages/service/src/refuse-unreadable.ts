import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

interface Refusal {
  status: number;
  code: string;
  message: string;
}

const unreadable = { status: 400, code: 'BAD_REQUEST', message: 'The request could not be read as HTTP.' };
const refusals: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: { ...unreadable, status: 431, message: 'The headers of the request are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'REQUEST_TIMEOUT',
    message: 'The request took too long to arrive.',
  },
};

const latest = new WeakMap<Socket, ServerResponse>();

/** Remembers the answer to the latest request of a connection. To be called once for each request. */
export function rememberAnswer(socket: Socket, response: ServerResponse): void {
  latest.set(socket, response);
}

/** Answers what could not be read as HTTP, in the shape of all errors: there is no request that a framework could answer. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = latest.get(socket);
  // Either a request that has its answer goes on wrongly, and a second answer would be taken for that of another request, or the
  // answer would go into the middle of one.
  if (answer?.headersSent && !(answer.req.complete && answer.writableFinished)) {
    socket.destroySoon();
    return;
  }
  const { status, code, message } = refusals[error.code ?? ''] ?? unreadable;
  const extensions = { code, timestamp: new Date().toISOString(), requestId: randomUUID() };
  const body = JSON.stringify({ errors: [{ message, extensions }] });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
