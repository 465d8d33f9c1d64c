/** An event that a test subgraph published: its position is the cursor after it. */
export interface FeedEvent {
  position: number;
  payload: Record<string, unknown>;
}

/** The events of a test subgraph, kept in memory like a log: readable after any position, and live. */
export interface EventFeed {
  readonly position: number;
  publish(payload: Record<string, unknown>): void;
  /** Events after `position` (exclusive), those to come included, until the signal aborts. */
  read(position: number, signal: AbortSignal): AsyncGenerator<FeedEvent, void>;
}

export function createEventFeed(): EventFeed {
  const events: FeedEvent[] = [];
  const wakers = new Set<() => void>();

  return {
    get position() {
      return events.length;
    },
    publish(payload) {
      events.push({ position: events.length + 1, payload });
      for (const wake of wakers) wake();
    },
    async *read(position, signal) {
      let next = position;
      while (!signal.aborted) {
        while (next < events.length && !signal.aborted) yield events[next++]!;
        await new Promise<void>((resolve) => {
          const wake = () => {
            wakers.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          if (next < events.length || signal.aborted) return resolve();
          wakers.add(wake);
          signal.addEventListener('abort', wake);
        });
      }
    },
  };
}
