import { setImmediate as nextTurn } from 'node:timers/promises';
import { type GraphQLSchema, validate } from 'graphql';
import type { Executor } from '../execution/create-executor.ts';

export interface WarmUpLimits {
  /** Operations that are made ready. */
  operations: number;
  /** The longest that it may take, in milliseconds. */
  totalMs: number;
}

/**
 * Makes the operations that one version of a supergraph was asked for most ready in another, before that takes traffic.
 * Other requests go on in between; an operation that the new version does not know any more is left out.
 *
 * @returns how many are ready
 */
export async function warmUp(
  from: Executor,
  to: { executor: Executor; apiSchema: GraphQLSchema },
  { operations, totalMs }: WarmUpLimits,
): Promise<number> {
  const until = performance.now() + totalMs;
  let ready = 0;
  for (const known of from.hottest().slice(0, operations)) {
    if (performance.now() >= until) break;
    await nextTurn();
    if (validate(to.apiSchema, known.compiled.operation.document).length > 0) continue;
    const preparing = to.executor.prepare(known);
    if (await isDoneBy(until, preparing)) ready++;
  }
  return ready;
}

/** A plan that takes longer is still made: whoever asks for it waits for the rest of the time only. */
async function isDoneBy(until: number, preparing: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, until - performance.now()), false);
  });
  const done = preparing.then(
    () => true,
    () => false,
  );
  const isDone = await Promise.race([done, late]);
  clearTimeout(timer);
  return isDone;
}
