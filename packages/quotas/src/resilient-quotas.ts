import type { Logger } from 'pino';
import { type QuotaPolicy, type Quotas, QuotasUnavailableError, type Verdict } from './quotas.ts';

export interface ResilientQuotasOptions {
  /** What all processes share. */
  shared: Quotas;
  /** What decides while that does not answer. */
  local: Quotas;
  logger: Pick<Logger, 'warn' | 'info'>;
  /** The longest pause between two looks whether the shared quotas are back, in milliseconds; 1,000 when omitted. */
  probeMs?: number;
}

/** Quotas that always decide. */
export interface ResilientQuotas extends Quotas {
  /** Whether this process decides by itself at the moment. */
  readonly isLocal: boolean;
  /** Waits until the shared quotas answer. @returns false when the time was not enough */
  whenShared(timeoutMs: number): Promise<boolean>;
}

const firstProbeMs = 25;
/** After so many probes in vain a Redis that is not there at the start is more than a connection in the making. */
const probesBeforeWarning = 4;
const probePolicy: QuotaPolicy = { name: 'probe', pointsPerMinute: 1, burst: 1, monthlyPoints: null };

/**
 * Asks the shared quotas, and those of this process while the shared ones do not answer: callers are held to their limits
 * by each process for itself then, and nobody is let through unasked. One probe at a time, and no caller's request, finds
 * out when the shared ones are back.
 */
export function createResilientQuotas(options: ResilientQuotasOptions): ResilientQuotas {
  const { shared, local, logger, probeMs = 1_000 } = options;
  let isLocal = true;
  let isClosed = false;
  let isToldOf = false;
  let timer: NodeJS.Timeout | undefined;
  let back = Promise.withResolvers<void>();

  async function probe(attempt: number): Promise<void> {
    try {
      await shared.read('probe', probePolicy);
      isLocal = false;
      back.resolve();
      if (isToldOf) logger.info('Quotas are shared by all processes again.');
      isToldOf = false;
    } catch (error) {
      if (attempt >= probesBeforeWarning) tell(error);
      probeAgain(attempt);
    }
  }

  function tell(error: unknown): void {
    if (isToldOf || isClosed) return;
    isToldOf = true;
    logger.warn(
      { err: error },
      'Redis does not answer: each process decides by itself what callers may spend.',
    );
  }

  function probeAgain(attempt: number): void {
    if (isClosed) return;
    const delay = Math.min(probeMs, firstProbeMs * 2 ** Math.min(attempt, 20));
    // Many processes do not come back in the same moment.
    timer = setTimeout(() => void probe(attempt + 1), delay * (0.5 + Math.random() / 2)).unref();
  }

  function decideLocally(error: unknown): void {
    if (!(error instanceof QuotasUnavailableError)) throw error;
    if (isLocal || isClosed) return;
    isLocal = true;
    back = Promise.withResolvers();
    tell(error);
    probeAgain(0);
  }

  async function ask(question: (quotas: Quotas) => Promise<Verdict>): Promise<Verdict> {
    if (isLocal) return question(local);
    try {
      return await question(shared);
    } catch (error) {
      decideLocally(error);
      return question(local);
    }
  }

  void probe(0);
  return {
    get isLocal() {
      return isLocal;
    },
    async whenShared(timeoutMs) {
      const timeout = Promise.withResolvers<void>();
      const giveUp = setTimeout(timeout.resolve, timeoutMs);
      await Promise.race([back.promise, timeout.promise]);
      clearTimeout(giveUp);
      return !isLocal;
    },
    take: (subject, policy, points) => ask((quotas) => quotas.take(subject, policy, points)),
    takeMore: (taken, points) => ask((quotas) => quotas.takeMore(taken, points)),
    read: (subject, policy) => ask((quotas) => quotas.read(subject, policy)),
    giveBack(taken, points) {
      // To whom it was taken from: the other has never heard of it.
      if (taken.isLocal) local.giveBack(taken, points);
      else if (!isLocal) shared.giveBack(taken, points);
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await Promise.all([shared.close(), local.close()]);
    },
  };
}
