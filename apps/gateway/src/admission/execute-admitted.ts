import { type Engine, partsSlot } from '@kronos/engine';
import type { GatewayContext } from '../context.ts';
import type { LimitMetrics } from '../limits/metrics.ts';

type Execute = Engine['execute'];

export interface ExecuteAdmittedOptions {
  engine: Engine;
  /** Whether answers say what they cost. */
  saysCost: boolean;
  metrics: Pick<LimitMetrics, 'actual'>;
}

/**
 * The engine, for operations that were admitted: it leaves out what is withheld, and what the data has cost is settled with
 * the caller's account, and said in `extensions.cost`. Of an answer in parts that is known after the last one, so that the
 * first says only what it costs at most.
 */
export function executeAdmitted({ engine, saysCost, metrics }: ExecuteAdmittedOptions): Engine {
  const execute: Execute = async (request) => {
    const context = request.context as unknown as GatewayContext;
    const { cost, withheld, account } = context;
    // A subscription's events come later, and are executed for many at once.
    if (!cost || request.operation?.operation === 'subscription') {
      return engine.execute({ ...request, withheld });
    }
    const onMeasured = (measured: number) => {
      cost.actual = cost.base + measured;
      metrics.actual(cost.actual);
      account?.settle(cost.actual);
    };
    let result: Awaited<ReturnType<Execute>>;
    try {
      result = await engine.execute({ ...request, withheld, onMeasured });
    } finally {
      // What was not executed has no data to be measured.
      if (cost.actual === undefined && !context[partsSlot]?.parts) account?.settle(cost.base);
    }
    if (!saysCost || !result.data) return result;
    const { estimated, actual, maximum } = cost;
    return { ...result, extensions: { ...result.extensions, cost: { estimated, actual, maximum } } };
  };
  return { ...engine, execute };
}
