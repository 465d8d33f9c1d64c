import { randomUUID } from 'node:crypto';
import type { Engine, PlannedSubscription } from '@kronos/engine';
import type { Logger } from '@kronos/service';
import type { GatewayContext } from '../context.ts';
import { isOrdered } from './cursor-order.ts';
import { Group } from './group.ts';
import { groupKey } from './group-key.ts';
import type { Ending, Sink } from './member.ts';
import type { LiveMetrics } from './metrics.ts';
import type { RingBudget, RingLimits } from './ring.ts';
import type { SharedScope } from './shared-scopes.ts';

export interface GroupsOptions {
  engine: Pick<Engine, 'subscribe'>;
  /** How wide a subscription may be shared. */
  sharedScopeOf(planned: PlannedSubscription): SharedScope;
  logger: Pick<Logger, 'child'>;
  metrics: LiveMetrics;
  ring?: Partial<RingLimits>;
  /** What the rings of all groups may hold together, in bytes. */
  ringBudgetBytes?: number;
}

export interface Subscriber {
  planned: PlannedSubscription;
  context: GatewayContext;
  /** The cursor after which events are wanted; from now on when omitted. */
  after?: string;
  /** Its end is told by whoever is told of it here. */
  sink: Sink;
  /** There will be no more events; without meaning when the subscriber has left before. */
  onEnd(ending: Ending): void;
}

/** A subscriber's place in its group. */
export interface Place {
  /** The group's id, by which subgraphs know it, too. */
  readonly group: string;
  /** Safe to resume after, and to say in a heartbeat; undefined while the sink has not been given everything before. */
  readonly position: string | undefined;
  /** The sink takes more. */
  onDrain(): void;
  /** The subscriber has gone; without meaning when its events have ended before. */
  leave(): void;
}

/** The groups of a process. */
export interface Groups {
  readonly size: number;
  join(subscriber: Subscriber): Place;
}

const ringDefaults: RingLimits = { frames: 256, bytes: 2 << 20 };
const ringBudgetDefault = 128 << 20;

export function createGroups(options: GroupsOptions): Groups {
  const { engine, sharedScopeOf, logger, metrics } = options;
  const groups = new Map<string, { id: string; group: Group }>();
  const ringLimits = { ...ringDefaults, ...options.ring };
  const ringBudget: RingBudget = { limit: options.ringBudgetBytes ?? ringBudgetDefault, used: 0 };

  function openGroup(key: string, planned: PlannedSubscription, sharedScope: SharedScope) {
    const id = `live-${randomUUID()}`;
    const group = new Group({
      engine,
      planned,
      sharedScope,
      requestScope: { requestId: id, logger: logger.child({ requestId: id }) },
      ringLimits,
      ringBudget,
      metrics,
      onEmpty() {
        groups.delete(key);
        metrics.groups.dec();
      },
    });
    metrics.groups.inc();
    groups.set(key, { id, group });
    return { id, group };
  }

  return {
    get size() {
      return groups.size;
    },
    join({ planned, context, after, ...reader }) {
      const sharedScope = sharedScopeOf(planned);
      const shared = groupKey(planned, sharedScope, context);
      // Of two cursors without an order nobody can say which one has missed more: each is followed by itself.
      const key = after === undefined || isOrdered(after) ? shared : randomUUID();
      const { id, group } = groups.get(key) ?? openGroup(key, planned, sharedScope);
      const member = group.join(reader, context, after);
      return {
        group: id,
        get position() {
          return member.isParked ? undefined : member.lane?.ring.cursor;
        },
        onDrain: () => member.lane?.onDrain(member),
        leave: () => group.leave(member),
      };
    },
  };
}
