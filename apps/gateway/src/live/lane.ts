import type { SubscriptionFrame } from '@kronos/engine';
import type { GraphQLError } from 'graphql';
import { Burst, type Frame } from './frame.ts';
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

/** Events that are written together, at most, in bytes; a sink's buffer should not be filled by them alone. */
const burstBytes = 16 << 10;

/**
 * One upstream and the members that read it. Events that came together are written to everybody in one synchronous pass; a
 * member whose sink is full is parked and reads the ring when it has drained. Only when all are parked, the upstream waits.
 */
export class Lane {
  readonly ring: Ring;
  /** In milliseconds since the epoch: what happened before is caught up with, not live. */
  readonly openedAt = Date.now();
  readonly members = new Set<Member>();
  readonly #owner: LaneOwner;
  /** Members that have not been told a position, because none is known yet. */
  readonly #unplaced = new Set<Member>();
  /** Events that are written when the turn of the event loop in which they came is over. */
  #gathered: Frame[] = [];
  #gatheredBytes = 0;
  #writing: NodeJS.Immediate | undefined;
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
        this.#writeOrBreak();
        this.#owner.onBroken(this, error);
        return;
      }
    }
  }

  async #read(signal: AbortSignal): Promise<'over' | 'reopen'> {
    for await (const frame of this.#owner.open(this, signal)) {
      if (signal.aborted) return 'reopen';
      this.#take(frame);
      if (frame.kind === 'end') return this.#owner.onEnded(this, frame.errors) ? 'reopen' : 'over';
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
    this.#leaveUpstream();
    this.#resume();
  }

  /** Looks again whether the upstream must wait. */
  recheck(): void {
    this.#resume();
  }

  retire(): void {
    this.#isRetired = true;
    this.#leaveUpstream();
    this.#resume();
  }

  close(): void {
    this.retire();
    this.ring.clear();
  }

  #take(frame: SubscriptionFrame): void {
    if (frame.kind === 'event') {
      this.#gather(this.#owner.toFrame(frame));
      return;
    }
    this.#write();
    if (frame.kind === 'end') return;
    this.ring.advance(frame.cursor);
    this.#moved();
  }

  #gather(frame: Frame): void {
    this.#gathered.push(frame);
    this.#gatheredBytes += frame.size;
    if (this.#gatheredBytes >= burstBytes) this.#write();
    else this.#writing ??= setImmediate(() => this.#writeOrBreak());
  }

  /** Writes what has been gathered. */
  #write(): void {
    const frames = this.#gathered;
    this.#forgetGathered();
    if (frames.length === 0) return;
    this.#broadcast(frames);
    this.#moved();
  }

  /** Writes where nobody would catch what goes wrong. */
  #writeOrBreak(): void {
    try {
      this.#write();
    } catch (error) {
      this.#owner.onBroken(this, error);
    }
  }

  /** What has been gathered is behind the lane's cursor: whoever goes on from there gets it. */
  #leaveUpstream(): void {
    for (const frame of this.#gathered) this.#owner.onDelivered(this, frame, 0);
    this.#forgetGathered();
    this.#upstream.abort();
  }

  #forgetGathered(): void {
    clearImmediate(this.#writing);
    this.#writing = undefined;
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }

  #moved(): void {
    if (this.#unplaced.size > 0 && this.ring.cursor !== undefined) {
      for (const member of this.#unplaced) this.#place(member, this.ring.cursor);
    }
    this.#owner.onMoved(this);
  }

  #broadcast(frames: readonly Frame[]): void {
    for (const frame of frames) this.ring.push(frame);
    const events = frames.length === 1 ? frames[0]! : new Burst(frames);
    const tooSlow: Member[] = [];
    let count = 0;
    for (const member of this.members) {
      if (!member.isParked) {
        count++;
        if (!member.sink.event(events)) this.#park(member);
      } else if (member.next < this.ring.first) tooSlow.push(member);
    }
    for (const frame of frames) this.#owner.onDelivered(this, frame, count);
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
