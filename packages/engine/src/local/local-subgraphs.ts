import type { OnSubgraphAnswer, SubgraphCall } from '../http/subgraph-call.ts';
import type { EngineLogger } from '../schema-state.ts';
import type { EngineTrace } from '../trace.ts';
import type { Traffic } from '../traffic/traffic.ts';
import { createLocalCall } from './local-call.ts';
import type { LocalSubgraph } from './local-subgraph.ts';
import { runLocal } from './run-local.ts';

export interface LocalSubgraphsOptions {
  subgraphs: Readonly<Record<string, LocalSubgraph>>;
  traffic: Traffic;
  onAnswer?: OnSubgraphAnswer;
  logger: EngineLogger;
  trace?: EngineTrace;
}

/** A subgraph in this process, as the engine knows it. */
export interface ConnectedSubgraph {
  call: SubgraphCall;
  /** Whether it executes anything at all: true, or the reason why not. */
  reach(context: Record<string, unknown>): Promise<true | string>;
}

const reachMs = 2_000;

/** The subgraphs in this process by name, behind the same deadlines, limits and circuits as those behind HTTP. */
export function connectLocalSubgraphs(options: LocalSubgraphsOptions): Map<string, ConnectedSubgraph> {
  const { subgraphs, traffic, onAnswer, logger, trace } = options;
  return new Map(
    Object.entries(subgraphs).map(([name, subgraph]) => {
      const call = createLocalCall({
        name,
        traffic: traffic.over(name, (request, timeoutMs, signal) =>
          runLocal(subgraph, request, timeoutMs, signal),
        ),
        onAnswer,
        trace,
        onFault: (fault) => logger.error(`subgraph ${name} failed: ${describe(fault)}`),
      });
      return [name, { call, reach: (context) => reach(subgraph, context) }];
    }),
  );
}

async function reach(subgraph: LocalSubgraph, context: Record<string, unknown>): Promise<true | string> {
  const operation = { query: '{__typename}', variables: {} };
  try {
    const { status } = await runLocal(subgraph, { operation, context, isRead: true }, reachMs, undefined);
    return status < 500 ? true : `answers ${status}`;
  } catch (error) {
    return String(error);
  }
}

function describe(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
