import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import type { FormattedExecutionResult } from 'graphql';
import { absorbRoot } from '../execution/root-request.ts';
import { startRun } from '../execution/run.ts';
import { withReasons } from '../plan/withheld.ts';
import { RawJson } from '../shape/raw-json.ts';
import type { PlannedSubscription } from './plan.ts';

/**
 * Runs the plan for one event of the owning subgraph. The event stands in for the primary fetch, so that merging,
 * rewrites, null propagation and error paths come from the same code as for queries.
 *
 * @param event what the subgraph sent; it is changed by the execution and must not be used again
 * @param context a fresh one for every event: headers are built from it, and nothing of one event reaches the next
 */
export async function executeEvent(
  planned: PlannedSubscription,
  event: FormattedExecutionResult,
  context: Record<string, unknown>,
): Promise<GatewayExecutionResult> {
  const run = startRun(planned.variables, context);
  const { errors } = event;
  absorbRoot(run, planned.event, [run.data], {
    data: event.data,
    ...(errors && { errors: [...errors] }),
  });
  await planned.rest?.(run);
  const answer = planned.shape(run, undefined);
  const data = answer.data instanceof RawJson ? answer.data.toJSON() : answer.data;
  return withReasons({ ...answer, data }, planned.withheld) as GatewayExecutionResult;
}
