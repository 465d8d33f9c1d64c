import { randomInt } from 'node:crypto';
import type { PlannedSubscription } from '@kronos/engine';
import type { GraphQLError } from 'graphql';
import type { PolicyWatch } from '../access/watch-policies.ts';
import type { GatewayContext } from '../context.ts';
import { type RequestScope, requestScope } from '../errors/request-scope.ts';
import { codeOf } from '../live/endings.ts';
import type { Groups } from '../live/groups.ts';
import type { Ending, Sink } from '../live/member.ts';
import type { LiveMetrics } from '../live/metrics.ts';
import type { ClientWatch } from '../rules/watch-clients.ts';
import type { SafelistWatch } from '../stored/watch-safelist.ts';
import type { Viewers } from './viewers.ts';

export interface SubscriptionsOptions {
  groups: Groups;
  viewers: Viewers;
  clients: ClientWatch;
  policies: PolicyWatch;
  safelist: SafelistWatch;
  metrics: Pick<LiveMetrics, 'ends'>;
}

export interface SubscriptionRequest {
  planned: PlannedSubscription;
  context: GatewayContext;
  /** The cursor after which events are wanted; from now on when omitted. */
  after: string | undefined;
  scope: RequestScope;
  sink: Sink;
}

/** A subscription that is being served. */
export interface RunningSubscription {
  /** Safe to resume after; undefined while the sink has not been given everything before. */
  readonly position: string | undefined;
  /** The sink takes more. */
  onDrain(): void;
  /** Ends it, which its sink is told. */
  end(ending: Ending): void;
  /** Its client has gone. */
  leave(): void;
}

/** All subscriptions of this process, over whatever connections. */
export interface Subscriptions {
  readonly running: ReadonlySet<RunningSubscription>;
  start(request: SubscriptionRequest): RunningSubscription;
}

export function createSubscriptions({
  groups,
  viewers,
  clients,
  policies,
  safelist,
  metrics,
}: SubscriptionsOptions): Subscriptions {
  const running = new Set<RunningSubscription>();

  return {
    running,
    start({ planned, context, after, scope, sink }) {
      const { viewer } = context.caller;
      let isOver = false;

      function stop(): boolean {
        if (isOver) return false;
        isOver = true;
        unwatch();
        unwatchClient();
        unwatchPolicies();
        unwatchSafelist();
        running.delete(subscription);
        return true;
      }

      function tell(ending: Ending): void {
        const code = codeOf(ending);
        metrics.ends.inc({ code });
        const details = { code, group: place.group, userId: viewer?.userId };
        if (ending.errors) scope.logger.info(details, `a stream was ended: ${ending.errors[0]?.message}`);
        // Errors quote the id of the request that the stream is the answer to.
        requestScope.run(scope, () => sink.end(ending));
      }

      const subscription: RunningSubscription = {
        get position() {
          return place.position;
        },
        onDrain: () => place.onDrain(),
        end(ending) {
          if (!stop()) return;
          place.leave();
          tell(ending);
        },
        leave() {
          if (stop()) place.leave();
        },
      };
      running.add(subscription);
      const place = groups.join({
        planned,
        context,
        after,
        sink,
        onEnd(ending) {
          if (stop()) tell(ending);
        },
      });
      const onLost = (error: GraphQLError) => subscription.end({ errors: [error] });
      const unwatch = viewers.watch(viewer, onLost);
      const unwatchClient = clients.watch(context.client, onLost);
      const unwatchPolicies = policies.watch(planned, context, onLost);
      const unwatchSafelist = safelist.watch(planned, context, onLost);
      return subscription;
    },
  };
}

/** When a client that is sent away should come back, in milliseconds: not all in the same moment. */
export function returnDelayMs(): number {
  return randomInt(500, 5_000);
}
