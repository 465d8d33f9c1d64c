import type { SubscriptionFrame } from '@kronos/engine';
import type { GraphQLError } from 'graphql';
import type { Frame } from './frame.ts';
import type { Member } from './member.ts';
import type { Ring } from './ring.ts';

/** What a lane needs of the group that it belongs to. */
export interface LaneOwner {
  /** Opens an upstream that begins after the lane's cursor and ends when the signal aborts. */
  open(lane: Lane, signal: AbortSignal): AsyncIterable<SubscriptionFrame>;
  toFrame(event: Extract<SubscriptionFrame, { kind: 'event' }>): Frame;
  /** Whether somebody waits until this lane is further or gone, so that it may not pause for slow members. */
  readonly isWaitedFor: boolean;
  /** The lane has moved, or one of its members reads live again. */
  onMoved(lane: Lane): void;
  /** The upstream has ended; true opens it anew, after the lane's cursor. */
  onEnded(lane: Lane, errors: readonly GraphQLError[] | undefined): boolean;
  onBroken(lane: Lane, error: unknown): void;
  /** The ring does not reach back any more to what the member needs next. */
  onTooSlow(member: Member): void;
  onDelivered(lane: Lane, frame: Frame, count: number): void;
  onReplayed(): void;
  onParked(): void;
}

/**
 * One upstream and the members that read it. Each event is written to everybody in one synchronous pass; a member whose
 * sink is full is parked and reads the ring when it has drained. Only when all are parked, the upstream waits.
 */
export class Lane {
  readonly ring: Ring;
  /** In milliseconds since the epoch: what happened before is caught up with, not live. */
  readonly openedAt = Date.now();
  readonly members = new Set<Member>();
  readonly #owner: LaneOwner;
  /** Members that have not been told a position, because none is known yet. */
  readonly #unplaced = new Set<Member>();
  #parked = 0;
  #upstream = new AbortController();
  #isRetired = false;
  #wake: (() => void) | undefined;

  /** When the token expires with which the upstream was opened, in seconds since the epoch; for the owner to keep. */
  tokenExp = 0;

  /** @param ring whose cursor is where to begin; from now on when it has none */
  constructor(owner: LaneOwner, ring: Ring) {
    this.#owner = owner;
    this.ring = ring;
  }

  /** Whether it reads no more, and only gives parked members what they have not read. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Reads the upstream until the lane is retired. */
  async run(): Promise<void> {
    while (!this.#isRetired) {
      this.#upstream = new AbortController();
      const { signal } = this.#upstream;
      try {
        if ((await this.#read(signal)) === 'over') return;
      } catch (error) {
        if (signal.aborted) continue;
        this.#owner.onBroken(this, error);
        return;
      }
    }
  }

  async #read(signal: AbortSignal): Promise<'over' | 'reopen'> {
    for await (const frame of this.#owner.open(this, signal)) {
      if (signal.aborted) return 'reopen';
      if (frame.kind === 'end') return this.#owner.onEnded(this, frame.errors) ? 'reopen' : 'over';
      this.#take(frame);
      if (this.#isPaused) await this.#untilRead();
    }
    if (signal.aborted) return 'reopen';
    throw new Error('The upstream ended without saying so.');
  }

  /**
   * Lets a member read what follows a cursor that the ring covers, or from now on. Replaying and going live are one
   * synchronous step, so that no event falls between them.
   */
  add(member: Member, cursor?: string): void {
    this.members.add(member);
    member.lane = this;
    if (!member.isPlaced) this.#place(member, cursor ?? this.ring.cursor);
    if (cursor === undefined) {
      this.#resume();
      return;
    }
    member.next = this.ring.numberAfter(cursor);
    member.isParked = true;
    this.#parked++;
    this.#replay(member);
  }

  remove(member: Member): void {
    if (!this.members.delete(member)) return;
    this.#unplaced.delete(member);
    if (member.isParked) this.#parked--;
    member.isParked = false;
    member.lane = undefined;
    this.#resume();
  }

  /** The member's sink takes more. */
  onDrain(member: Member): void {
    if (member.isParked && this.#replay(member)) this.#owner.onMoved(this);
  }

  /** Goes on with another upstream, after the last cursor. */
  reopen(): void {
    this.#upstream.abort();
    this.#resume();
  }

  /** Looks again whether the upstream must wait. */
  recheck(): void {
    this.#resume();
  }

  retire(): void {
    this.#isRetired = true;
    this.#upstream.abort();
    this.#resume();
  }

  close(): void {
    this.retire();
    this.ring.clear();
  }

  #take(frame: Exclude<SubscriptionFrame, { kind: 'end' }>): void {
    if (frame.kind === 'position') this.ring.advance(frame.cursor);
    else this.#broadcast(this.#owner.toFrame(frame));
    if (this.#unplaced.size > 0 && this.ring.cursor !== undefined) {
      for (const member of this.#unplaced) this.#place(member, this.ring.cursor);
    }
    this.#owner.onMoved(this);
  }

  #broadcast(frame: Frame): void {
    this.ring.push(frame);
    const tooSlow: Member[] = [];
    let count = 0;
    for (const member of this.members) {
      if (!member.isParked) {
        count++;
        if (!member.sink.event(frame)) this.#park(member);
      } else if (member.next < this.ring.first) tooSlow.push(member);
    }
    this.#owner.onDelivered(this, frame, count);
    for (const member of tooSlow) this.#owner.onTooSlow(member);
  }

  #park(member: Member): void {
    if (member.lane !== this) return;
    member.isParked = true;
    member.next = this.ring.next;
    this.#parked++;
    this.#owner.onParked();
  }

  /** Writes what the member has missed; true when it reads live again. */
  #replay(member: Member): boolean {
    while (member.next < this.ring.next) {
      const frame = this.ring.at(member.next);
      if (!frame) {
        this.#owner.onTooSlow(member);
        return false;
      }
      member.next++;
      this.#owner.onReplayed();
      // The write may also have found that the connection is gone.
      if (!member.sink.event(frame) || member.lane !== this) return false;
    }
    member.isParked = false;
    this.#parked--;
    this.#resume();
    return true;
  }

  /** Tells a member where it stands, as soon as that is known. */
  #place(member: Member, cursor: string | undefined): void {
    if (cursor === undefined) {
      this.#unplaced.add(member);
      return;
    }
    this.#unplaced.delete(member);
    member.isPlaced = true;
    // A parked one is told by the event that it reads next.
    if (!member.isParked) member.sink.position(cursor);
  }

  get #isPaused(): boolean {
    return (
      !this.#upstream.signal.aborted &&
      this.members.size > 0 &&
      this.#parked === this.members.size &&
      !this.#owner.isWaitedFor
    );
  }

  async #untilRead(): Promise<void> {
    while (this.#isPaused) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #resume(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
