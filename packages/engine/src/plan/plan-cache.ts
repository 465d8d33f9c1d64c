import { createHash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, parse, print, visit } from 'graphql';
import { Lru } from '../lru.ts';
import type { FindPlan } from './find-plan.ts';

/** Plans that have been found, for as long as the supergraph is one that gives the same. */
export interface PlanCache {
  /**
   * Finds plans for one supergraph with the help of those that are known. A supergraph that differs in more than addresses
   * and descriptions begins anew.
   *
   * @param sdl as the planner gets it
   */
  with(sdl: string, find: FindPlan): FindPlan;
}

/** @param kept plans; 1,000 when omitted, which are a few kilobytes of JSON each */
export function createPlanCache(kept = 1_000): PlanCache {
  let planned = '';
  let plans = new Lru<string, string>(kept);

  return {
    with(sdl, find) {
      const identity = identify(parse(sdl, { noLocation: true }));
      if (identity !== planned) plans = new Lru(kept);
      planned = identity;
      const own = plans;

      return (document, operationName, overrides = []) => {
        const key = `${[operationName ?? '', ...overrides].join()} ${print(document)}`;
        const known = own.get(key);
        if (known !== undefined) return JSON.parse(known) as QueryPlan;
        const keep = (plan: QueryPlan) => {
          own.set(key, JSON.stringify(plan));
          return plan;
        };
        const plan = find(document, operationName, overrides);
        return plan instanceof Promise ? plan.then(keep) : keep(plan);
      };
    },
  };
}

/** The same for supergraphs for which all plans are the same. */
function identify(sdl: DocumentNode): string {
  const plain = visit(sdl, {
    StringValue: (_node, key) => (key === 'description' ? null : undefined),
    Directive: (node) =>
      node.name.value === 'join__graph'
        ? { ...node, arguments: node.arguments?.filter(({ name }) => name.value !== 'url') }
        : undefined,
  });
  return createHash('sha256').update(print(plain)).digest('base64');
}
