import type { ServerResponse } from 'node:http';

/** It resumes after its last cursor when it comes back. */
const defaultStallMs = 15_000;

/** Writes a stream no faster than its client reads it. */
export interface StreamWriter {
  /** Aborted when the connection is gone, for whatever reason. */
  readonly closed: AbortSignal;
  /** Whether bytes wait that the client has not taken. */
  readonly isBusy: boolean;
  /** Writes, and resolves when the client has taken enough that more may follow; at most one message waits. */
  write(text: string): Promise<void>;
  /** Writes the last bytes and ends the response. */
  end(text: string): void;
}

/**
 * Wraps a response whose headers have been sent.
 *
 * @param stallMs how long a client may refuse to read before it is cut off
 */
export function createStreamWriter(response: ServerResponse, stallMs = defaultStallMs): StreamWriter {
  const closed = new AbortController();
  response.on('close', () => closed.abort());
  response.on('error', () => closed.abort());
  // Events are small and should arrive now, not when a packet is full.
  response.socket?.setNoDelay(true);
  response.socket?.setTimeout(0);

  async function drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => response.destroy(), stallMs);
      const done = () => {
        clearTimeout(timer);
        response.off('drain', done);
        closed.signal.removeEventListener('abort', done);
        resolve();
      };
      response.on('drain', done);
      closed.signal.addEventListener('abort', done);
    });
  }

  return {
    closed: closed.signal,
    get isBusy() {
      return response.writableNeedDrain;
    },
    async write(text) {
      if (closed.signal.aborted || response.writableEnded || text === '') return;
      if (!response.write(text)) await drained();
    },
    end(text) {
      if (!closed.signal.aborted && !response.writableEnded) response.end(text);
    },
  };
}
