import { createParser } from 'eventsource-parser';
import type { FormattedExecutionResult } from 'graphql';

/** One answer of a subscription. */
export interface TestMessage extends TestResult {
  /** The message's id. */
  cursor?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it has asked for.
export type TestResult = FormattedExecutionResult<Record<string, any>>;

/** A subscription as its receiver sees it; leaving it closes the connection. */
export interface TestStream extends AsyncIterableIterator<TestMessage, undefined>, AsyncDisposable {
  /** The id received last, by a message or a heartbeat. */
  readonly lastEventId: string;
  /** How it ended: with `complete`, or without it; null while it runs. */
  readonly ending: 'complete' | 'cut' | null;
  /** The next answer; rejects when the stream has ended. */
  message(): Promise<TestMessage>;
}

/**
 * Opens a subscription and waits for its first frame, which says that no later event will be missed.
 *
 * @throws when the subgraph refuses with a status
 */
export async function openTestStream(
  url: string,
  body: object,
  headers: Record<string, string>,
  after?: string,
): Promise<TestStream> {
  const abort = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(after !== undefined && { 'last-event-id': after }),
    },
    body: JSON.stringify(body),
    signal: abort.signal,
  });
  if (response.status !== 200 || !response.body)
    throw new Error(`The subscription was refused: ${response.status} ${await response.text()}`);
  const stream = new ReceivedStream(response.body, abort);
  await stream.opened;
  return stream;
}

class ReceivedStream implements TestStream {
  readonly #messages: AsyncGenerator<TestMessage, undefined>;
  readonly #abort: AbortController;
  readonly #opened = Promise.withResolvers<void>();
  #pending: Promise<IteratorResult<TestMessage, undefined>> | undefined;
  lastEventId = '';
  ending: 'complete' | 'cut' | null = null;

  constructor(body: ReadableStream<Uint8Array>, abort: AbortController) {
    this.#abort = abort;
    this.#messages = this.#read(body);
    // Reading begins now, so that the first frame is seen before anybody asks for a message.
    this.#pending = this.#messages.next();
    this.#pending.then(() => this.#opened.resolve());
  }

  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  next(): Promise<IteratorResult<TestMessage, undefined>> {
    const step = this.#pending ?? this.#messages.next();
    this.#pending = undefined;
    return step;
  }

  async message(): Promise<TestMessage> {
    const { value, done } = await this.next();
    if (done) throw new Error(`The stream has ended (${this.ending}).`);
    return value;
  }

  async return(): Promise<IteratorResult<TestMessage, undefined>> {
    this.#abort.abort();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#read(body: ReadableStream<Uint8Array>): AsyncGenerator<TestMessage, undefined> {
    const received: TestMessage[] = [];
    let isComplete = false;
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        if (event === 'complete') isComplete = true;
        else received.push({ ...JSON.parse(data), ...(id !== undefined && { cursor: id }) });
      },
    });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) {
        const text = decoder.decode(chunk, { stream: true });
        // The parser says nothing of an id without data, as the specification wants.
        this.lastEventId = [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? this.lastEventId;
        this.#opened.resolve();
        parser.feed(text);
        while (received.length > 0) yield received.shift() as TestMessage;
        if (isComplete) break;
      }
    } catch {
      // Cut by the sender, or left by the receiver.
    }
    this.ending = isComplete ? 'complete' : 'cut';
    return undefined;
  }
}
