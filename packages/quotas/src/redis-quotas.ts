import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { Batch } from './batch.ts';
import { type Periods, periodsAbout } from './keys.ts';
import { type QuotaPolicy, type Quotas, QuotasUnavailableError, type Verdict } from './quotas.ts';
import { SETTLE } from './script.ts';
import { withinTime } from './within-time.ts';

export interface RedisQuotasOptions {
  redisUrl: string;
  /** How long an answer may take, in milliseconds; 250 when omitted. */
  timeoutMs?: number;
  /** Under whose name a subject's usage is counted; its own when omitted. */
  countAs?(subject: string): string;
  /** Told of each exchange with Redis: how long it took, in milliseconds, and for how many buckets. */
  onExchange?(milliseconds: number, buckets: number): void;
  /** For tests: the time in milliseconds; that of Redis when omitted. */
  clock?: () => number;
}

/** Refunds for which no take comes by go by themselves after this. */
const refundDelayMs = 100;
/** A connection that says nothing for so long is given up for another. */
const socketTimeoutMs = 2_000;
const sha = createHash('sha1').update(SETTLE).digest('hex');

/**
 * Quotas that all processes with the same Redis share. What the requests of one turn of the event loop take goes there in
 * one call of one script, with what was given back before; one call is under way at a time, meanwhile the next gathers.
 */
export function createRedisQuotas(options: RedisQuotasOptions): Quotas {
  const { redisUrl, timeoutMs = 250, countAs = (subject) => subject, onExchange, clock } = options;
  // Takes wait for nothing: whoever asks knows what to do when there is no answer.
  const client = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    socketTimeout: socketTimeoutMs,
  });
  client.on('error', () => undefined);
  let gathered = new Batch();
  let isUnderWay = false;
  let scheduled: NodeJS.Immediate | undefined;
  let refundTimer: NodeJS.Timeout | undefined;
  let periods: Periods = periodsAbout(0);
  let exchange: Promise<void> = Promise.resolve();

  function ask(subject: string, policy: QuotaPolicy, points: number, requests: number): Promise<Verdict> {
    const verdict = gathered.ask(subject, policy, points, requests);
    schedule();
    return verdict;
  }

  function schedule(): void {
    if (isUnderWay) return;
    // After everything that has arrived by now was read.
    scheduled ??= setImmediate(send);
  }

  function send(): void {
    clearImmediate(scheduled);
    clearTimeout(refundTimer);
    scheduled = refundTimer = undefined;
    const batch = gathered;
    gathered = new Batch();
    isUnderWay = true;
    exchange = deliver(batch).finally(() => {
      isUnderWay = false;
      if (gathered.isAwaited) schedule();
      else if (!gathered.isEmpty) sendRefundsSoon();
    });
  }

  async function deliver(batch: Batch): Promise<void> {
    const before = performance.now();
    try {
      batch.settle(await withinTime(run(batch), timeoutMs));
      onExchange?.(performance.now() - before, batch.subjects);
    } catch (error) {
      const failure = new QuotasUnavailableError('Redis does not say what callers may spend.', {
        cause: error,
      });
      batch.fail(failure);
      // They have waited as long, and what is under way is still before them.
      gathered.fail(failure);
      gathered = new Batch();
    }
  }

  async function run(batch: Batch): Promise<Parameters<Batch['settle']>[0]> {
    const now = clock ? clock() : Date.now();
    if (now >= periods.until || now < periods.hourBoundary - 3_600_000) periods = periodsAbout(now);
    const { keys, values } = batch.encode(periods, clock ? now : '', countAs);
    const answer = client.evalsha(sha, keys.length, ...keys, ...values).catch((error: Error) => {
      if (!error.message.startsWith('NOSCRIPT')) throw error;
      return client.eval(SETTLE, keys.length, ...keys, ...values);
    });
    return answer as Promise<Parameters<Batch['settle']>[0]>;
  }

  function sendRefundsSoon(): void {
    refundTimer ??= setTimeout(() => {
      refundTimer = undefined;
      if (!isUnderWay) send();
    }, refundDelayMs).unref();
  }

  return {
    take: (subject, policy, points) => ask(subject, policy, points, 1),
    takeMore: ({ subject, policy }, points) => ask(subject, policy, points, 0),
    read: (subject, policy) => ask(subject, policy, 0, 0),
    giveBack({ subject, policy }, points) {
      if (points === 0) return;
      gathered.giveBack(subject, policy, points);
      if (!isUnderWay) sendRefundsSoon();
    },
    async close() {
      await exchange;
      if (!gathered.isEmpty) send();
      await exchange;
      client.disconnect();
    },
  };
}
