import { connect, type Socket } from 'node:net';

/** A connection on which a test says every byte itself. */
export interface RawConnection extends Disposable {
  readonly socket: Socket;
  /** Everything that has come back. */
  readonly text: string;
  readonly isClosed: boolean;
  write(bytes: string | Uint8Array): void;
  /** Waits until what has come back matches; fails once the other side closes without it, or the time is over. */
  until(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Waits until the other side has closed, and gives all that it has sent. */
  untilClosed(timeoutMs?: number): Promise<string>;
}

/**
 * Opens a connection to the origin of `url`. Nothing that the other side does throws here: a reset counts as closing.
 *
 * @param options.isReading whether what comes is taken off the socket; otherwise it stays in the buffers of the system
 */
export function openRaw(url: string, { isReading = true } = {}): RawConnection {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname === 'localhost' ? '127.0.0.1' : hostname, port: Number(port) });
  let text = '';
  let isClosed = false;
  const listeners = new Set<() => void>();
  const notify = () => {
    for (const listener of listeners) listener();
  };
  socket.setEncoding('latin1');
  if (isReading) {
    socket.on('data', (chunk) => {
      text += chunk;
      notify();
    });
  }
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
    notify();
  });

  function wait(isOver: () => boolean, what: string, timeoutMs: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(
      () => reject(new Error(`no ${what} within ${timeoutMs} ms, but: ${text}`)),
      timeoutMs,
    );
    const look = () => {
      if (isOver()) resolve(text);
      else if (isClosed) reject(new Error(`closed without ${what}, after: ${text}`));
    };
    listeners.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      listeners.delete(look);
    });
  }

  return {
    socket,
    get text() {
      return text;
    },
    get isClosed() {
      return isClosed;
    },
    write(bytes) {
      if (!socket.destroyed) socket.write(bytes);
    },
    until: (pattern, timeoutMs = 10_000) => wait(() => pattern.test(text), String(pattern), timeoutMs),
    untilClosed: (timeoutMs = 10_000) => wait(() => isClosed, 'end', timeoutMs),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

/** Sends bytes on a connection of their own and gives all that comes back until the other side closes it. */
export async function exchange(url: string, bytes: string | Uint8Array, timeoutMs?: number): Promise<string> {
  using connection = openRaw(url);
  connection.write(bytes);
  return await connection.untilClosed(timeoutMs);
}

/** The status codes of the responses that stand one after the other in `text`, each right behind the body before it. */
export function statusesIn(text: string): number[] {
  const statuses: number[] = [];
  for (let rest = text; rest; ) {
    const [head, status] = /^HTTP\/1\.1 (\d{3}) .*?\r\n\r\n/s.exec(rest) ?? [];
    if (!head) throw new Error(`this is no response: ${rest}`);
    statuses.push(Number(status));
    const length = /^content-length: (\d+)\r$/im.exec(head)?.[1];
    // A response before the real one has no body. One that does not say how long it is, is the last here.
    const end = length ?? (Number(status) < 200 ? 0 : rest.length);
    rest = rest.slice(head.length + Number(end));
  }
  return statuses;
}

/** The head of a request as text, with the empty line after it. */
export function requestHead(start: string, headers: readonly (readonly [string, string])[]): string {
  return `${start}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** A whole POST of an operation as text. */
export function rawPost(
  body: string | Record<string, unknown>,
  headers: readonly (readonly [string, string])[] = [],
): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (
    requestHead('POST /graphql HTTP/1.1', [
      ['host', 'localhost'],
      ['content-type', 'application/json'],
      ['content-length', String(Buffer.byteLength(text))],
      ...headers,
    ]) + text
  );
}
