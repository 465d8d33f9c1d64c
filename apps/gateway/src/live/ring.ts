import { compareCursors, isOrdered } from './cursor-order.ts';
import type { Frame } from './frame.ts';

export interface RingLimits {
  frames: number;
  bytes: number;
}

/** What the rings of a process may hold together, in bytes. */
export interface RingBudget {
  readonly limit: number;
  used: number;
}

/**
 * The last frames of a stream. Each has a number, by which a member that was parked goes on, and most have a cursor, by
 * which a client that comes back does.
 */
export class Ring {
  readonly #limits: RingLimits;
  readonly #budget: RingBudget;
  #frames: Frame[] = [];
  #size = 0;
  #first = 0;
  /** Every event after this cursor, up to `cursor`, is held. Undefined while that is not known of any cursor. */
  #start: string | undefined;
  #cursor: string | undefined;

  constructor(limits: RingLimits, budget: RingBudget, start?: string) {
    this.#limits = limits;
    this.#budget = budget;
    this.#cursor = start;
    if (start !== undefined && isOrdered(start)) this.#start = start;
  }

  /** Up to where everything has been considered. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** The number of the oldest frame that is held, or of the next one when none is. */
  get first(): number {
    return this.#first;
  }

  /** The number that the next frame will have. */
  get next(): number {
    return this.#first + this.#frames.length;
  }

  /** Nothing happened up to this cursor that would be a frame. */
  advance(cursor: string): void {
    this.#goTo(cursor);
    if (isOrdered(cursor)) this.#start ??= cursor;
  }

  push(frame: Frame): void {
    if (frame.cursor !== undefined) this.#goTo(frame.cursor);
    this.#frames.push(frame);
    this.#size += frame.size;
    this.#budget.used += frame.size;
    // What precedes the first event is unknown, so the ring covers only what follows it.
    if (frame.cursor !== undefined && isOrdered(frame.cursor)) this.#start ??= frame.cursor;
    const { frames, bytes } = this.#limits;
    while (this.#frames.length > frames || (this.#frames.length > 0 && this.#isTooLarge(bytes))) this.#drop();
  }

  /** Whether everything that happened after the cursor is held. */
  covers(cursor: string): boolean {
    if (this.#start === undefined || this.#cursor === undefined || !isOrdered(cursor)) return false;
    return compareCursors(this.#start, cursor) <= 0 && compareCursors(cursor, this.#cursor) <= 0;
  }

  /** The number of the first frame after a cursor that is covered. */
  numberAfter(cursor: string): number {
    let index = this.#frames.length;
    while (index > 0 && isAfter(this.#frames[index - 1]!, cursor)) index--;
    return this.#first + index;
  }

  /** The frame of a number; undefined when it is held no more, or not yet. */
  at(number: number): Frame | undefined {
    return this.#frames[number - this.#first];
  }

  /** Forgets everything. */
  clear(): void {
    this.#first = this.next;
    this.#frames = [];
    this.#budget.used -= this.#size;
    this.#size = 0;
    this.#start = undefined;
  }

  #isTooLarge(bytes: number): boolean {
    return this.#size > bytes || this.#budget.used > this.#budget.limit;
  }

  /** Where cursors do not go up, nothing can be said of what lies between two of them. */
  #goTo(cursor: string): void {
    const isForward =
      this.#cursor === undefined ||
      (isOrdered(cursor) && isOrdered(this.#cursor) && compareCursors(this.#cursor, cursor) <= 0);
    if (!isForward) this.clear();
    this.#cursor = cursor;
  }

  #drop(): void {
    const frame = this.#frames.shift()!;
    this.#first++;
    this.#size -= frame.size;
    this.#budget.used -= frame.size;
    if (this.#start !== undefined) this.#start = frame.cursor;
  }
}

function isAfter({ cursor }: Frame, reference: string): boolean {
  return cursor === undefined || compareCursors(cursor, reference) > 0;
}
