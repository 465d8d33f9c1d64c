/** Retries that every request earns a share of: when all requests fail, retries add a tenth to the load and no more. */
export interface RetryBudget {
  /** A request was answered or failed for the first time. */
  earn(): void;
  /** Pays for a retry; false when there is nothing left. */
  spend(): boolean;
}

const sharePerRequest = 0.1;
/** What a subgraph with little traffic may spend at once. */
const reserve = 10;

export function createRetryBudget(): RetryBudget {
  let balance = reserve;
  return {
    earn() {
      if (balance < reserve) balance += sharePerRequest;
    },
    spend() {
      if (balance < 1) return false;
      balance -= 1;
      return true;
    },
  };
}
