/** How many points callers may spend. */
export interface QuotaPolicy {
  /** What clients are told, e.g. `user`. */
  name: string;
  /** Points that come back in each minute; above 0. */
  pointsPerMinute: number;
  /** The most that can be spent at once: what the bucket holds when it is full. */
  burst: number;
  /** Points in a calendar month of UTC; null: as many as the minutes allow. */
  monthlyPoints: number | null;
}

/** What was decided for a caller, and where that leaves them. The figures are those of the limit that is nearer. */
export interface Verdict {
  subject: string;
  policy: QuotaPolicy;
  isAllowed: boolean;
  /** Which limit refused, or, when none did, which is nearer. */
  reason: 'minute' | 'month';
  /** All that the limit allows, in points. */
  limit: number;
  /** What is left of it, in whole points. */
  remaining: number;
  /** Until all of it is there again, in milliseconds. */
  resetMs: number;
  /** After which the same would be allowed, in milliseconds; 0 when it is, Infinity when it is more than the bucket holds. */
  retryAfterMs: number;
  /** The points that were taken; 0 when they were refused. */
  points: number;
  /** Whether this process decided by itself, because what all processes share did not answer. */
  isLocal: boolean;
}

/** Points per caller. All processes with the same quotas agree, unless a verdict says that it is local. */
export interface Quotas {
  /**
   * Takes points from a caller's bucket and month, all or none, and counts a request.
   *
   * @param subject names the caller, e.g. `user:user_01k…`
   * @param policy the caller's at this moment; another than the last time changes what the bucket holds from now on
   * @param points a whole number above 0
   * @throws QuotasUnavailableError when nobody can decide
   */
  take(subject: string, policy: QuotaPolicy, points: number): Promise<Verdict>;
  /** Takes further points for a request that has been allowed some; what it was allowed stays taken when it is refused more. */
  takeMore(taken: Verdict, points: number): Promise<Verdict>;
  /**
   * Gives back points that were taken and not used, some time soon. A negative number takes what was used beyond them,
   * without asking: the bucket then owes, up to what it holds.
   *
   * @param taken what was taken; a verdict that refused takes nothing, so nothing is given back to it
   */
  giveBack(taken: Verdict, points: number): void;
  /** Where a caller stands; takes and counts nothing. */
  read(subject: string, policy: QuotaPolicy): Promise<Verdict>;
  close(): Promise<void>;
}

/** What all processes share did not answer. */
export class QuotasUnavailableError extends Error {
  override readonly name = 'QuotasUnavailableError';
}
