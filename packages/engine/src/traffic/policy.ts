/** How requests to one subgraph are treated. */
export interface TrafficPolicy {
  /** The longest that a fetch may take, its wait in the queue and its retries included, in milliseconds. */
  timeoutMs: number;
  /** How often a read is sent again after a lost connection, 502, 503 or 504; never a mutation. */
  retries: number;
  /** Requests that a subgraph has to answer at the same time. */
  concurrency: number;
  /** Requests that wait for their turn beyond those; what comes on top is refused at once. */
  queue: number;
  /** When requests are refused without being sent; `false` sends whatever comes. */
  circuit: CircuitPolicy | false;
}

/** A subgraph that answers badly for a while is left alone, but for one probe at a time. */
export interface CircuitPolicy {
  /** The share of failures, above 0 and below 1, at which the circuit opens. */
  failureRatio: number;
  /** Over how many milliseconds requests are counted. */
  windowMs: number;
  /** Below this many requests in that time nothing is decided. */
  minimumRequests: number;
  /** How long nothing is sent before one request goes out as a probe, in milliseconds. */
  openMs: number;
}

export interface TrafficOptions extends Partial<TrafficPolicy> {
  /** What is different for single subgraphs, by name. */
  subgraphs?: Record<string, Partial<TrafficPolicy>>;
}

const defaults: TrafficPolicy = {
  timeoutMs: 30_000,
  retries: 2,
  // As many as the pool has connections: beyond that a request would wait there, unseen and unbounded.
  concurrency: 128,
  queue: 2_000,
  circuit: { failureRatio: 0.5, windowMs: 10_000, minimumRequests: 20, openMs: 1_000 },
};

/** The policy for one subgraph: its own settings, then those for all, then the defaults. */
export function policyFor(subgraph: string, options: TrafficOptions): TrafficPolicy {
  const { subgraphs, ...common } = options;
  return { ...defaults, ...common, ...subgraphs?.[subgraph] };
}
