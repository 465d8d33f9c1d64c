import type { QuotaPolicy } from '@kronos/edge-rules';
import { afterGivingBack, type Quotas, type Verdict } from '@kronos/quotas';
import type { QuotaMetrics } from './metrics.ts';
import { type HeaderSink, writeRateLimit } from './rate-limit-headers.ts';
import { rateLimited } from './rate-limited.ts';

/** What a request that never became an operation costs: reading one and refusing it is work, too. */
export const refusedPoints = 10;

/** What one request spends. */
export interface Account {
  /** Whose limits hold for the operation, too. */
  readonly policy: QuotaPolicy;
  /**
   * Takes a point before anything is done for the request: whoever has none left is refused before an operation is read.
   *
   * @throws a coded error RATE_LIMITED
   */
  enter(): Promise<void>;
  /**
   * Takes what the operation is going to cost, less what was taken before.
   *
   * @param estimate in points; at least one is taken
   * @throws a coded error RATE_LIMITED, or OPERATION_LIMIT_EXCEEDED when it is more than there ever are
   */
  admit(estimate: number): Promise<void>;
  /** Says what the operation has cost: the rest is given back, and what it cost beyond its estimate is owed. */
  settle(actual: number): void;
  /** Says that the request is over. One that was let in and became no operation has cost `refusedPoints`. */
  close(): void;
}

export interface AccountOptions {
  subject: string;
  policy: QuotaPolicy;
  quotas: Pick<Quotas, 'take' | 'takeMore' | 'giveBack'>;
  metrics: Pick<QuotaMetrics, 'count' | 'countBack'>;
  /** Where the answer's headers are put. */
  sink: HeaderSink;
}

export class RequestAccount implements Account {
  readonly policy: QuotaPolicy;
  readonly #options: AccountOptions;
  /** The last one that allowed something. */
  #verdict: Verdict | undefined;
  #taken = 0;
  #isAdmitted = false;
  #isRefused = false;

  constructor(options: AccountOptions) {
    this.#options = options;
    this.policy = options.policy;
  }

  async enter(): Promise<void> {
    if (this.#taken === 0 && !this.#isRefused) await this.#take(1);
  }

  async admit(estimate: number): Promise<void> {
    const missing = Math.max(1, Math.ceil(estimate)) - this.#taken;
    this.#isAdmitted = true;
    if (missing > 0) await this.#take(missing);
  }

  settle(actual: number): void {
    if (!this.#verdict || this.#isRefused) return;
    const { quotas, metrics, sink } = this.#options;
    const used = Math.max(1, Math.ceil(actual));
    const back = this.#taken - used;
    if (back === 0) return;
    this.#taken = used;
    quotas.giveBack(this.#verdict, back);
    metrics.countBack(this.policy, back);
    writeRateLimit(sink, afterGivingBack(this.#verdict, back));
  }

  close(): void {
    if (!this.#isAdmitted) this.settle(refusedPoints);
  }

  async #take(points: number): Promise<void> {
    const { quotas, subject, policy, metrics, sink } = this.#options;
    const verdict = this.#verdict
      ? await quotas.takeMore(this.#verdict, points)
      : await quotas.take(subject, policy, points);
    metrics.count(verdict);
    writeRateLimit(sink, verdict);
    if (!verdict.isAllowed) {
      this.#isRefused = true;
      throw rateLimited(verdict, points + this.#taken);
    }
    this.#verdict = verdict;
    this.#taken += points;
  }
}
