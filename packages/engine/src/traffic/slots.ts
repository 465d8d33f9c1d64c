/** A bounded number of slots, and a bounded queue of those who wait for one. */
export interface Slots {
  readonly running: number;
  readonly queued: number;
  /** Takes a slot when one is free: the healthy path, without a promise. */
  tryTake(): boolean;
  /**
   * Waits for a slot, first come, first served.
   *
   * @param leave is called with a function that gives the place in the queue up; calling it rejects with its reason
   * @returns undefined when the queue is full
   */
  queue(leave: (giveUp: (reason: Error) => void) => void): Promise<void> | undefined;
  /** Gives a slot back: to the next who waits. */
  release(): void;
}

export function createSlots(limit: number, queueLimit: number): Slots {
  // A set keeps the order and lets those who leave go at no cost.
  const waiting = new Set<() => void>();
  let running = 0;

  return {
    get running() {
      return running;
    },
    get queued() {
      return waiting.size;
    },
    tryTake() {
      if (running >= limit) return false;
      running++;
      return true;
    },
    queue(leave) {
      if (waiting.size >= queueLimit) return undefined;
      return new Promise((resolve, reject) => {
        waiting.add(resolve);
        leave((reason) => {
          if (waiting.delete(resolve)) reject(reason);
        });
      });
    },
    release() {
      const [next] = waiting;
      if (!next) {
        running--;
        return;
      }
      // The slot changes hands without being free: nobody who comes now can take it first.
      waiting.delete(next);
      next();
    },
  };
}
