import type { Engine, PlannedSubscription, SubscriptionFrame } from '@kronos/engine';
import type { Span } from '@kronos/telemetry';
import type { GraphQLError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { formatError } from '../errors/format-error.ts';
import { type RequestScope, requestScope } from '../errors/request-scope.ts';
import { startEventSpan } from '../telemetry/event-span.ts';
import { noteOutcome } from '../telemetry/operation-span.ts';
import { newTrace, type RequestTrace, traceOfSpan } from '../telemetry/request-trace.ts';
import { compareCursors } from './cursor-order.ts';
import { broken, isUnauthenticated, tooSlow } from './endings.ts';
import { Frame } from './frame.ts';
import { groupContext } from './group-context.ts';
import { Holder } from './holder.ts';
import { Lane, type LaneOwner } from './lane.ts';
import type { Ending, Member } from './member.ts';
import type { LiveMetrics } from './metrics.ts';
import { Ring, type RingBudget, type RingLimits } from './ring.ts';
import type { SharedScope } from './shared-scopes.ts';

export interface GroupOptions {
  engine: Pick<Engine, 'subscribe'>;
  planned: PlannedSubscription;
  sharedScope: SharedScope;
  /** The group's own id and log: what happens to it happens to no request in particular. */
  requestScope: RequestScope;
  ringLimits: RingLimits;
  ringBudget: RingBudget;
  metrics: LiveMetrics;
  /** The last member has gone. */
  onEmpty(): void;
}

/** Beside the lane from now on: one that was resumed and one that fetches what others missed. */
const maxResumedLanes = 2;

/**
 * Subscribers for whom the same is true. They share one upstream; for those who were away there is, for as long as it
 * takes, another that begins where they stopped, and gives them over to the first when it has caught up with its ring.
 */
export class Group implements LaneOwner {
  readonly members = new Set<Member>();
  readonly #options: GroupOptions;
  #lanes: Lane[] = [];
  /** Begun without a cursor: what it reads is new to everybody. */
  #live: Lane | undefined;
  /** Members with the cursor that no lane covers. */
  readonly #waiting = new Map<Member, string>();
  readonly #holder = new Holder(this.members);

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  get isWaitedFor(): boolean {
    return this.#waiting.size > 0;
  }

  /** @param after the cursor after which the subscriber wants events; from now on when omitted */
  join(
    { sink, onEnd }: Pick<Member, 'sink' | 'onEnd'>,
    context: GatewayContext,
    after: string | undefined,
  ): Member {
    const member: Member = { sink, onEnd, context, isPlaced: false, isParked: false, next: 0 };
    this.members.add(member);
    this.#holder.onJoined(member);
    this.#seat(member, after);
    return member;
  }

  leave(member: Member): void {
    if (!this.members.delete(member)) return;
    this.#waiting.delete(member);
    const { lane } = member;
    lane?.remove(member);
    if (lane?.members.size === 0) this.#close(lane);
    if (this.members.size === 0) {
      for (const left of [...this.#lanes]) this.#close(left);
      this.#options.onEmpty();
    } else if (this.#holder.onLeft(member) && this.#options.sharedScope === 'ROLES') {
      // What is open goes on asking in the name of who has gone.
      for (const lane of this.#lanes) lane.reopen();
    }
  }

  open(lane: Lane, signal: AbortSignal): AsyncIterable<SubscriptionFrame> {
    const { engine, planned, sharedScope } = this.#options;
    const { requestId } = this.#options.requestScope;
    lane.tokenExp = sharedScope === 'EVERYBODY' ? Number.POSITIVE_INFINITY : this.#holder.tokenExp;
    return engine.subscribe(planned, {
      after: lane.ring.cursor,
      signal,
      createContext: (event) =>
        groupContext(sharedScope, requestId, this.#holder.current.context, signal, this.#traceOf(event)),
    });
  }

  toFrame({ cursor, occurredAt, context, result }: Extract<SubscriptionFrame, { kind: 'event' }>): Frame {
    this.#options.metrics.eventsIn.inc();
    const span = (context as unknown as Partial<GatewayContext>).trace?.span;
    const { data, errors, extensions } = result;
    const formatted = errors && this.#formatted(errors, span);
    const frame = new Frame(
      { data, ...(formatted && { errors: formatted }), ...(extensions && { extensions }) },
      cursor,
      occurredAt,
    );
    frame.span = span;
    return frame;
  }

  onMoved(lane: Lane): void {
    if (this.#lanes.length > 1 || lane.isRetired) this.#merge();
    if (this.#waiting.size === 0 || lane.isRetired) return;
    for (const [member, cursor] of [...this.#waiting]) {
      if (lane.ring.covers(cursor)) this.#seat(member, cursor);
    }
  }

  onEnded(lane: Lane, errors: readonly GraphQLError[] | undefined): boolean {
    if (isUnauthenticated(errors) && this.#holder.outlive(lane.tokenExp)) return true;
    this.#endLane(lane, { ...(errors && { errors }) });
    return false;
  }

  onBroken(lane: Lane, error: unknown): void {
    this.#options.requestScope.logger.error({ err: error }, 'a group of streams broke');
    this.#endLane(lane, broken());
  }

  onTooSlow(member: Member): void {
    this.#end(member, tooSlow());
  }

  onDelivered(lane: Lane, frame: Frame, count: number): void {
    const { occurredAt, span } = frame;
    span?.set({ 'kronos.subscribers': count });
    span?.end();
    frame.span = undefined;
    const { eventsOut, lag } = this.#options.metrics;
    eventsOut.inc(count);
    const isLive = count > 0 && occurredAt >= lane.openedAt;
    if (isLive) lag.observe(Math.max(0, Date.now() - occurredAt) / 1_000);
  }

  onReplayed(): void {
    this.#options.metrics.replayed.inc();
    this.#options.metrics.eventsOut.inc();
  }

  onParked(): void {
    this.#options.metrics.parked.inc();
  }

  /** What an event causes belongs to what caused the event; undefined when nobody said what that is. */
  #traceOf(event: Record<string, unknown> | undefined): RequestTrace | undefined {
    const { planned, requestScope } = this.#options;
    const traceparent = event?.traceparent;
    if (typeof traceparent !== 'string') return undefined;
    const span = startEventSpan(planned, traceparent, requestScope.requestId);
    return span ? traceOfSpan(span) : newTrace({ traceparent });
  }

  #formatted(errors: readonly GraphQLError[], span: Span | undefined) {
    const scope = this.#options.requestScope;
    const own = span?.isRecording ? { ...scope, traceId: span.traceId } : scope;
    const formatted = requestScope.run(own, () => errors.map((error) => formatError(error.toJSON(), error)));
    noteOutcome(span, formatted);
    return formatted;
  }

  /** Lets a member read from a lane that has what it needs, from a new one, or wait for either. */
  #seat(member: Member, cursor: string | undefined): void {
    this.#waiting.delete(member);
    if (cursor === undefined) {
      this.#live ??= this.#openLane(undefined);
      this.#live.add(member);
      return;
    }
    const covering = this.#lanes.find((lane) => !lane.isRetired && lane.ring.covers(cursor));
    const resumed = this.#lanes.filter((lane) => !lane.isRetired && lane !== this.#live).length;
    if (covering) covering.add(member, cursor);
    else if (resumed < maxResumedLanes) this.#openLane(cursor).add(member, cursor);
    else {
      this.#waiting.set(member, cursor);
      // Lanes that pause for slow members would let this one wait as long.
      for (const lane of this.#lanes) lane.recheck();
    }
  }

  #openLane(after: string | undefined): Lane {
    const { ringLimits, ringBudget, metrics } = this.#options;
    const lane = new Lane(this, new Ring(ringLimits, ringBudget, after));
    this.#lanes.push(lane);
    metrics.upstreams.inc();
    // Later than this call, because the member that it is opened for is not in it yet.
    queueMicrotask(() => void requestScope.run(this.#options.requestScope, () => lane.run()));
    return lane;
  }

  #close(lane: Lane): void {
    if (!this.#lanes.includes(lane)) return;
    this.#lanes = this.#lanes.filter((other) => other !== lane);
    if (this.#live === lane) this.#live = undefined;
    this.#retire(lane);
    lane.close();
  }

  /** Closes a lane's upstream, so that there is room for another. */
  #retire(lane: Lane): void {
    if (lane.isRetired) return;
    lane.retire();
    this.#options.metrics.upstreams.dec();
    // The oldest first: a lane that begins with it has what the others missed, too.
    const waiting = [...this.#waiting].sort(([, a], [, b]) => compareCursors(a, b));
    for (const [member, cursor] of waiting) this.#seat(member, cursor);
  }

  /**
   * Gives the members of a lane to another whose ring covers all that they have not read, in one synchronous step. Those
   * that are parked finish the ring that they read first, without an upstream.
   */
  #merge(): void {
    for (const lane of [...this.#lanes]) {
      const other = this.#laneAhead(lane);
      if (other) {
        if (lane === this.#live) this.#live = other;
        for (const member of lane.members) {
          if (member.isParked) continue;
          lane.remove(member);
          other.add(member, lane.ring.cursor);
        }
        if (lane.members.size === 0) this.#close(lane);
        else this.#retire(lane);
      } else if (lane.isRetired) {
        for (const member of [...lane.members]) if (!member.isParked) this.onTooSlow(member);
      }
    }
  }

  /** A lane that has everything which this one's members have not read; of two that are level, the older stays. */
  #laneAhead(lane: Lane): Lane | undefined {
    const { cursor } = lane.ring;
    if (cursor === undefined || !this.#lanes.includes(lane)) return undefined;
    const isOlder = (other: Lane) => this.#lanes.indexOf(other) < this.#lanes.indexOf(lane);
    return this.#lanes.find(
      (other) =>
        other !== lane &&
        !other.isRetired &&
        other.ring.covers(cursor) &&
        (other.ring.cursor !== cursor || isOlder(other)),
    );
  }

  #endLane(lane: Lane, ending: Ending): void {
    for (const member of [...lane.members]) this.#end(member, ending);
  }

  #end(member: Member, ending: Ending): void {
    this.leave(member);
    member.onEnd(ending);
  }
}
