import type { Span } from '@kronos/telemetry';
import type { GraphQLFormattedError } from 'graphql';
import type { StreamProtocol } from '../stream/protocol.ts';

export interface EventResult {
  data?: unknown;
  errors?: readonly GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
}

/** An event as bytes, ready for any number of sockets. */
export interface FrameBytes {
  /** For a response in HTTP chunks, the chunk's own frame included. */
  chunk: Buffer;
  /** For one without them: the same memory. */
  plain: Buffer;
}

/** What a sink takes at once: an event, or several that came together. */
export interface Events {
  readonly frames: readonly Frame[];
  in(protocol: StreamProtocol): FrameBytes;
}

/** One event of a group: written as JSON once, framed once for each protocol that a member speaks. */
export class Frame implements Events {
  readonly cursor: string | undefined;
  /** When the event happened, in milliseconds since the epoch; NaN when nobody said. */
  readonly occurredAt: number;
  /** About how much memory it takes once it is framed for one protocol, in bytes. */
  readonly size: number;
  /** Open until it has been written to those who read live; undefined when the event is not traced. */
  span: Span | undefined;
  /** `{"data":…,"errors":…` without its end, for each protocol ends it in its own way. */
  readonly #head: string;
  readonly #extensions: Record<string, unknown> | undefined;
  readonly #bytes = new Map<StreamProtocol, FrameBytes>();

  constructor(result: EventResult, cursor?: string, occurredAt?: string) {
    const { data = null, errors, extensions } = result;
    this.cursor = cursor;
    this.occurredAt = Date.parse(occurredAt ?? '');
    this.#head = JSON.stringify({ data, ...(errors && { errors }) }).slice(0, -1);
    this.#extensions = extensions;
    this.size = 2 * this.#head.length + 512;
  }

  get frames(): readonly Frame[] {
    return [this];
  }

  /** The result as JSON text, for protocols that have a place for the cursor beside it. */
  get result(): string {
    return this.#extensions
      ? `${this.#head},"extensions":${JSON.stringify(this.#extensions)}}`
      : `${this.#head}}`;
  }

  /** The result as JSON text with the cursor in its extensions. */
  get resultWithCursor(): string {
    if (this.cursor === undefined) return this.result;
    return `${this.#head},"extensions":${JSON.stringify({ ...this.#extensions, cursor: this.cursor })}}`;
  }

  in(protocol: StreamProtocol): FrameBytes {
    const known = this.#bytes.get(protocol);
    if (known) return known;
    const result = protocol.hasCursorInResult ? this.resultWithCursor : this.result;
    const bytes = framed(protocol.next(result, this.cursor));
    this.#bytes.set(protocol, bytes);
    return bytes;
  }
}

/** Events that came together, as the bytes of all of them: one write to each socket instead of one for each event. */
export class Burst implements Events {
  readonly frames: readonly Frame[];
  readonly #bytes = new Map<StreamProtocol, FrameBytes>();

  /** @param frames in order */
  constructor(frames: readonly Frame[]) {
    this.frames = frames;
  }

  in(protocol: StreamProtocol): FrameBytes {
    const known = this.#bytes.get(protocol);
    if (known) return known;
    const all = this.frames.map((frame) => frame.in(protocol));
    const bytes = {
      chunk: Buffer.concat(all.map(({ chunk }) => chunk)),
      plain: Buffer.concat(all.map(({ plain }) => plain)),
    };
    this.#bytes.set(protocol, bytes);
    return bytes;
  }
}

/** Text as bytes, with and without the frame of an HTTP chunk. @see https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
export function framed(text: string): FrameBytes {
  const length = Buffer.byteLength(text);
  const head = `${length.toString(16)}\r\n`;
  const chunk = Buffer.from(`${head}${text}\r\n`);
  return { chunk, plain: chunk.subarray(head.length, head.length + length) };
}
