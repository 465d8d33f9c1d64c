import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { Counter, type Registry } from 'prom-client';
import { createHistogram } from '../histogram.ts';
import { limitOf } from './limit-exceeded.ts';

/** What is counted of limits and costs. */
export interface LimitMetrics {
  /** Counts an error if it is one about a limit. */
  refused(error: Pick<GraphQLFormattedError, 'extensions'>): void;
  /** An operation is going to cost this much at most. */
  estimated(cost: number): void;
  /** An operation has cost this much. */
  actual(cost: number): void;
  /** Counts what Apollo Server refuses. */
  usePlugin(): ApolloServerPlugin;
}

const costBuckets = [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000];

export function createLimitMetrics(registry: Registry): LimitMetrics {
  const exceeded = new Counter({
    name: 'kronos_gateway_limit_exceeded_total',
    help: 'Requests that were refused because something of them is too large, by the limit.',
    labelNames: ['limit'],
    registers: [registry],
  });
  const estimated = createHistogram({
    name: 'kronos_gateway_operation_cost_estimated',
    help: 'What operations cost at most, as far as can be told before they are executed.',
    buckets: costBuckets,
    registers: [registry],
  });
  const actual = createHistogram({
    name: 'kronos_gateway_operation_cost_actual',
    help: 'What operations have cost.',
    buckets: costBuckets,
    registers: [registry],
  });

  function refused(error: Pick<GraphQLFormattedError, 'extensions'>): void {
    const limit = limitOf(error);
    if (limit !== undefined) exceeded.inc({ limit });
  }

  return {
    refused,
    estimated,
    actual,
    usePlugin: () => ({
      async requestDidStart() {
        return {
          async willSendResponse({ response }) {
            if (response.body.kind !== 'single') return;
            for (const error of response.body.singleResult.errors ?? []) refused(error);
          },
        };
      },
    }),
  };
}
