import { connect, type Socket } from 'node:net';
import { EventReader } from './event-reader.ts';
import type { Protocol } from './protocols.ts';
import { subscription } from './subscription.ts';

export interface SubscriberOptions {
  port: number;
  protocol: Protocol;
  /** Whom events are for: everybody, or the holder of a credential. */
  credential: string | undefined;
  onEvent(number: number, publishedAtUs: number): void;
  /** The stream is gone, or is not what it should be. */
  onFault(error: Error): void;
  /** Everything that is read, headers included; for one subscriber of many. */
  onText?(text: string): void;
}

/** One subscriber on a socket of its own. */
export interface Subscriber {
  close(): void;
}

// Shared by all, because what is read is looked at before the next read.
const readBuffer = Buffer.allocUnsafe(64 << 10);
const okay = 'HTTP/1.1 200';

/** Connects and subscribes; resolves when the server has answered that the stream stands. */
export async function subscribe(options: SubscriberOptions): Promise<Subscriber> {
  const { port, protocol, credential, onEvent, onFault, onText } = options;
  const stands = Promise.withResolvers<void>();
  const reader = new EventReader(onEvent);
  let isOpen = false;
  let isClosed = false;

  function fail(error: Error): void {
    if (isClosed) return;
    isClosed = true;
    socket.destroy();
    stands.reject(error);
    if (isOpen) onFault(error);
  }

  function take(text: string): void {
    if (!isOpen) {
      if (!text.startsWith(okay)) throw new Error(`the server answers: ${text.slice(0, 500)}`);
      isOpen = true;
      stands.resolve();
    }
    onText?.(text);
    reader.read(text);
  }

  const socket: Socket = connect({
    host: '127.0.0.1',
    port,
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback(size) {
        try {
          take(readBuffer.toString('latin1', 0, size));
        } catch (error) {
          fail(error as Error);
        }
        return true;
      },
    },
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server has closed a stream')));
  socket.write(requestOf(protocol, credential));
  await stands.promise;
  return {
    close() {
      isClosed = true;
      socket.destroy();
    },
  };
}

function requestOf({ accept }: Protocol, credential: string | undefined): string {
  const query = subscription(credential === undefined ? 'quoteChanged' : 'ownQuoteChanged');
  const body = JSON.stringify({ query, operationName: 'Quotes' });
  const head = [
    'POST /graphql HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `accept: ${accept}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...(credential === undefined ? [] : [`authorization: Bearer ${credential}`]),
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
