import { capacityOf, type Outcome, toVerdict, unitsPerPoint } from './bucket.ts';
import { bucketKey, type Periods, touchedKey } from './keys.ts';
import type { QuotaPolicy, Verdict } from './quotas.ts';

interface Waiting {
  /** 0: only wants to know. */
  points: number;
  resolve(verdict: Verdict): void;
  reject(error: Error): void;
}

/** What has gathered for one bucket. */
interface Entry {
  subject: string;
  policy: QuotaPolicy;
  back: number;
  requests: number;
  waiting: Waiting[];
}

/** Takes and refunds that go to Redis together. */
export class Batch {
  readonly #entries: Entry[] = [];
  /** The last of each subject. There are two when a policy changes under way. */
  readonly #latest = new Map<string, Entry>();
  /** Whether anybody waits for an answer. */
  isAwaited = false;

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get subjects(): number {
    return this.#entries.length;
  }

  /** @param requests 1 when this begins a request, 0 for more points of the same or to know only */
  ask(subject: string, policy: QuotaPolicy, points: number, requests: number): Promise<Verdict> {
    const entry = this.#entryOf(subject, policy);
    entry.requests += requests;
    this.isAwaited = true;
    return new Promise((resolve, reject) => {
      entry.waiting.push({ points, resolve, reject });
    });
  }

  giveBack(subject: string, policy: QuotaPolicy, points: number): void {
    this.#entryOf(subject, policy).back += points;
  }

  /** The arguments of the script: keys, then the rest. */
  encode(periods: Periods, now: number | '', countAs: (subject: string) => string) {
    const keys = [touchedKey, ...periods.keys];
    const values: (string | number)[] = [now, periods.hourBoundary, periods.monthBoundary, unitsPerPoint];
    for (const { subject, policy, back, requests, waiting } of this.#entries) {
      keys.push(bucketKey(subject));
      const monthly = policy.monthlyPoints ?? -1;
      values.push(
        subject,
        countAs(subject),
        capacityOf(policy),
        policy.pointsPerMinute,
        monthly,
        back,
        requests,
      );
      const count = values.push(0) - 1;
      for (const { points } of waiting) if (points > 0) values.push(points);
      values[count] = values.length - count - 1;
    }
    return { keys, values };
  }

  /** Tells everybody what the script has answered. */
  settle([now, ...answers]: [now: number, ...answers: (number | string)[]]): void {
    this.#entries.forEach(({ subject, policy, waiting }, index) => {
      const [used, spent, outcomes] = answers.slice(3 * index, 3 * index + 3) as [number, number, string];
      let take = 0;
      for (const { points, resolve } of waiting) {
        const outcome = points > 0 ? (outcomes[take++] as Outcome) : 'y';
        resolve(toVerdict({ subject, policy, points, outcome, used, spent, now, isLocal: false }));
      }
    });
  }

  fail(error: Error): void {
    for (const { waiting } of this.#entries) for (const { reject } of waiting) reject(error);
  }

  #entryOf(subject: string, policy: QuotaPolicy): Entry {
    const known = this.#latest.get(subject);
    if (known?.policy === policy) return known;
    const entry: Entry = { subject, policy, back: 0, requests: 0, waiting: [] };
    this.#entries.push(entry);
    this.#latest.set(subject, entry);
    return entry;
  }
}
