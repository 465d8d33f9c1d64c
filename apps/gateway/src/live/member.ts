import type { GraphQLError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { Events } from './frame.ts';
import type { Lane } from './lane.ts';

/** Where a member's events go. Nothing here waits: a sink that is full says so, and is left alone until it has drained. */
export interface Sink {
  /** Takes an event, or several; false when nothing more may follow until the sink has drained. */
  event(events: Events): boolean;
  /** Everything up to this cursor has been considered. */
  position(cursor: string): void;
  /** The last that the sink hears. */
  end(ending: Ending): void;
}

/** Why a member's events end: orderly when there are no errors. */
export interface Ending {
  errors?: readonly GraphQLError[];
  /** Whether the client should come back, after its last cursor. */
  isRetriable?: boolean;
}

/** A subscriber in a group. */
export interface Member {
  /** Itself and nothing around it: each event goes through it to thousands. */
  readonly sink: Sink;
  onEnd(ending: Ending): void;
  readonly context: GatewayContext;
  /** Whom it reads from; undefined while it waits for a lane that has what it missed. */
  lane?: Lane;
  /** Whether it has been told a position, by which it could come back. */
  isPlaced: boolean;
  /** Whether it reads from the ring instead of live: its sink is full, or was. */
  isParked: boolean;
  /** The number of the frame that a parked member gets next. */
  next: number;
}
