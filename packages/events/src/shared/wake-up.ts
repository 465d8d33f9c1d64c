/** Lets any number of sleepers wait for the next news, or for a time. */
export class WakeUp {
  readonly #sleepers = new Set<() => void>();

  /** Wakes all who sleep now. Who comes later sleeps until the next call. */
  wake(): void {
    for (const wake of [...this.#sleepers]) wake();
  }

  /** Sleeps until `wake()`, or for `milliseconds` at most. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(milliseconds, 0));
      this.#sleepers.add(wake);
    });
  }
}
