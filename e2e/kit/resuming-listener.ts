import { createParser } from 'eventsource-parser';
import type { Json } from './client.ts';

/**
 * Reads a subscription over server-sent events for as long as it takes: whatever cuts the stream, it connects again
 * with the last id that it saw, as an `EventSource` does.
 */
export class ResumingListener {
  readonly results: Json[] = [];
  lastId: string | undefined;
  connections = 0;
  readonly #ended = new AbortController();
  readonly #request: { url: string; token?: string; query: string };

  constructor(request: { url: string; token?: string; query: string }) {
    this.#request = request;
    void this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#readUntilCut().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #readUntilCut(): Promise<void> {
    const { url, token, query } = this.#request;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(this.lastId && { 'last-event-id': this.lastId }),
      },
      body: JSON.stringify({ query }),
      signal: this.#ended.signal,
    });
    this.connections += 1;
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        if (event === 'next') this.results.push(JSON.parse(data));
        if (id) this.lastId = id;
      },
    });
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      parser.feed(chunk);
      // The parser tells of events only; a position alone is an id without data.
      const position = /^id: (\d+)\n\n/m.exec(chunk)?.[1];
      if (position && this.results.length === 0) this.lastId = position;
    }
  }

  /** Waits until the stream stands. */
  async stands(): Promise<void> {
    await waitUntil(() => this.lastId !== undefined);
  }

  close(): void {
    this.#ended.abort();
  }
}

/** Waits for a condition; fails after `timeoutMs`. */
export async function waitUntil(isTrue: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`not so after ${timeoutMs} ms: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
