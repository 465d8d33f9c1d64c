import type { HealthStatus } from '@kronos/prisma-router';

/** What one question has shown. */
export interface Observation {
  health: HealthStatus;
  /** Why it is not UP; null when it is. */
  reason: string | null;
  /** Null without an answer. */
  responseTimeMs: number | null;
}

/** An answer that takes longer is a bad one. */
const slowMs = 1_000;

/**
 * Asks a process whether it is ready, at `/ready` beside its GraphQL.
 *
 * @param url where its GraphQL is
 * @param timeoutMs after which there is no answer
 */
export async function probe(url: string, timeoutMs: number, signal: AbortSignal): Promise<Observation> {
  const startedAt = performance.now();
  try {
    const response = await fetch(new URL('/ready', url), {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    // What it says is not kept; it must have been read for the connection to be used again.
    await response.arrayBuffer();
    const responseTimeMs = Math.round((performance.now() - startedAt) * 10) / 10;
    return { ...judge(response.status, responseTimeMs), responseTimeMs };
  } catch (error) {
    signal.throwIfAborted();
    return { health: 'DOWN', reason: reasonOf(error, timeoutMs), responseTimeMs: null };
  }
}

function judge(status: number, responseTimeMs: number): Pick<Observation, 'health' | 'reason'> {
  if (status >= 500) return { health: 'DEGRADED', reason: `/ready answers ${status}` };
  if (responseTimeMs > slowMs)
    return { health: 'DEGRADED', reason: `/ready takes ${Math.round(responseTimeMs)} ms` };
  // A foreign subgraph need not have it: what says that there is nothing of the kind does answer.
  return { health: 'UP', reason: null };
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if ((error as Error).name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const cause = (error as Error).cause;
  return cause instanceof Error
    ? cause.message || String((cause as NodeJS.ErrnoException).code)
    : String(error);
}
