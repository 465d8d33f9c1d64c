import { setTimeout as delay } from 'node:timers/promises';
import { statusOf, type TargetStatus } from './status.rules.ts';
import { type Facts, patienceMs, type Target } from './target.ts';

/** How a database was found. */
export interface Observation {
  target: Target;
  status: TargetStatus;
  /** Null when it did not answer. */
  facts: Facts | null;
  /** Why it did not. */
  problem: string | null;
  checkedAt: Date;
}

/** Looks at all databases. */
export interface Observatory {
  readonly targets: readonly Target[];
  /** How they are, or were a moment ago: who asks often costs the databases no more than who asks now and then. */
  observe(): Promise<readonly Observation[]>;
}

/** How long an observation holds, in milliseconds. */
const freshMs = 1_000;

export function createObservatory(targets: readonly Target[]): Observatory {
  let running: Promise<Observation[]> | undefined;

  return {
    targets,
    observe() {
      running ??= Promise.all(targets.map(look)).finally(() => {
        setTimeout(() => {
          running = undefined;
        }, freshMs).unref();
      });
      return running;
    },
  };
}

async function look(target: Target): Promise<Observation> {
  if (target.disabledBy) return found(target, 'DISABLED', null, `${target.disabledBy} is not set.`);
  try {
    const facts = await inTime(target.probe());
    return found(target, statusOf(facts.responseTimeMs, target.poolStats()), facts, null);
  } catch (error) {
    return found(target, statusOf(null, target.poolStats()), null, reasonOf(error));
  }
}

function found(target: Target, status: TargetStatus, facts: Facts | null, problem: string | null) {
  return { target, status, facts, problem, checkedAt: new Date() };
}

async function inTime(probe: Promise<Facts>): Promise<Facts> {
  const late = new AbortController();
  // What comes too late, be it an answer or an error, is nobody's business any more.
  probe.catch(() => undefined);
  try {
    return await Promise.race([
      probe,
      delay(patienceMs + 500, undefined, { signal: late.signal }).then(() => {
        throw new Error('It does not answer in time.');
      }),
    ]);
  } finally {
    late.abort();
  }
}

function reasonOf(error: unknown): string {
  const { message, code, errors } = error as NodeJS.ErrnoException & { errors?: Error[] };
  return message || errors?.[0]?.message || code || String(error);
}
