import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may wait for the answers before theirs. Browsers and proxies never have any. */
const maxWaiting = 100;

const waiting = new WeakMap<Socket, number>();

/**
 * Whether a connection has sent too much at once: HTTP lets a client send any number of requests before it has read an answer,
 * and Node begins with all of them. To be asked once for each request.
 */
export function pipelinesTooMuch(request: IncomingMessage, response: ServerResponse): boolean {
  // A response has the socket from when it is its turn.
  if (response.socket) return false;
  const { socket } = request;
  const count = (waiting.get(socket) ?? 0) + 1;
  waiting.set(socket, count);
  response.once('close', () => waiting.set(socket, waiting.get(socket)! - 1));
  return count > maxWaiting;
}
