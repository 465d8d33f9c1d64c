import { connect } from 'node:net';

/** A client on a bare socket, which reads when it is told to. */
export interface RawClient {
  /** Ids of the events that have been read. */
  readonly ids: string[];
  readonly text: string;
  readonly isClosed: boolean;
  read(): void;
  close(): void;
}

/** Subscribes over SSE and reads nothing until `read` is called. */
export function openRawClient(url: string, query: string, headers: Record<string, string> = {}): RawClient {
  const { hostname, port, pathname } = new URL(url);
  const body = JSON.stringify({ query });
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({
    host: 'localhost',
    accept: 'text/event-stream',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  let text = '';
  let isClosed = false;
  socket.on('close', () => {
    isClosed = true;
  });
  socket.on('error', () => undefined);
  return {
    get ids() {
      return [...text.matchAll(/^id: (\d+)\nevent: next$/gm)].map(([, id]) => id!);
    },
    get text() {
      return text;
    },
    get isClosed() {
      return isClosed;
    },
    read() {
      socket.on('data', (chunk) => {
        text += chunk;
      });
    },
    close: () => socket.destroy(),
  };
}
