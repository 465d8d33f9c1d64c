import { Worker } from 'node:worker_threads';
import type { QueryPlan } from '@apollo/query-planner';

export interface PlannerThreadOptions {
  /** The supergraph that is planned for. */
  sdl: string;
  /** The longest that one operation may take, in milliseconds. */
  timeoutMs: number;
  /** After how long without work the thread ends and gives its memory back, in milliseconds; a minute when omitted. */
  idleMs?: number;
}

/** A planner beside the event loop, for operations that would stall it. */
export interface PlannerThread {
  /** @throws Error when there is no plan, or when finding it takes too long */
  plan(document: string, operationName: string | undefined, overrides: readonly string[]): Promise<QueryPlan>;
  close(): void;
}

/** An operation was not planned in the time that one may take. */
export class PlanningTimeout extends Error {
  override readonly name = 'PlanningTimeout';
}

interface Job {
  document: string;
  operationName: string | undefined;
  overrides: readonly string[];
  resolve(plan: QueryPlan): void;
  reject(error: Error): void;
}

const worker = new URL('./planner-worker.ts', import.meta.url);
/** A planner that needs more than this for one operation is stopped before the process suffers. */
const maxHeapMb = 1_024;

/** The thread starts with the first operation, and again after it has ended. */
export function createPlannerThread({
  sdl,
  timeoutMs,
  idleMs = 60_000,
}: PlannerThreadOptions): PlannerThread {
  const waiting: Job[] = [];
  let thread: Worker | undefined;
  let isReady = false;
  let current: Job | undefined;
  let timer: NodeJS.Timeout | undefined;

  function start(): Worker {
    const started = new Worker(worker, {
      workerData: { sdl },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    started.unref();
    started.on('message', (message) => {
      if (started === thread) onMessage(message);
    });
    started.on('error', (error) => {
      if (started === thread) abandon(error);
    });
    return started;
  }

  function onMessage(message: 'ready' | { plan: string } | { fault: string }): void {
    if (message === 'ready') isReady = true;
    else {
      const job = current!;
      current = undefined;
      if ('plan' in message) job.resolve(JSON.parse(message.plan));
      else job.reject(new Error(message.fault));
    }
    next();
  }

  function next(): void {
    clearTimeout(timer);
    if (current) return;
    if (waiting.length === 0) {
      timer = setTimeout(end, idleMs).unref();
      return;
    }
    thread ??= start();
    if (!isReady) return;
    current = waiting.shift()!;
    const { document, operationName, overrides } = current;
    thread.postMessage({ document, operationName, overrides });
    timer = setTimeout(() => abandon(new PlanningTimeout(`not planned in ${timeoutMs} ms`)), timeoutMs);
  }

  /** What the thread is at is lost with it; what waits gets another one. */
  function abandon(reason: Error): void {
    const lost = current ?? (isReady ? undefined : waiting.shift());
    end();
    lost?.reject(reason);
    next();
  }

  function end(): void {
    clearTimeout(timer);
    void thread?.terminate();
    thread = undefined;
    isReady = false;
    current = undefined;
  }

  return {
    plan: (document, operationName, overrides) =>
      new Promise((resolve, reject) => {
        waiting.push({ document, operationName, overrides, resolve, reject });
        next();
      }),
    close() {
      const lost = [...(current ? [current] : []), ...waiting.splice(0)];
      end();
      for (const job of lost) job.reject(new Error('The planner has been closed.'));
    },
  };
}
