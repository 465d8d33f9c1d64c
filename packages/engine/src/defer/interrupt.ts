import { runInNewContext } from 'node:vm';

/**
 * Runs something that may not come back, as nothing else could stop it on the event loop.
 *
 * @param run what it does after its first `await` is not watched
 * @param ms the longest that it may take, in milliseconds
 * @throws an error for which `isInterruption` is true, and whatever `run` throws
 */
export function interruptAfter<Value>(ms: number, run: () => Value): Value {
  return runInNewContext('run()', { run }, { timeout: ms });
}

export function isInterruption(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
