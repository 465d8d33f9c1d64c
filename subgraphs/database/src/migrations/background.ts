/** Work that goes on after the answer. Whoever ends the process waits for it. */
export interface Background {
  (work: Promise<unknown>): void;
  settled(): Promise<void>;
}

export function createBackground(): Background {
  const going = new Set<Promise<unknown>>();
  const add = (work: Promise<unknown>) => {
    const quiet: Promise<unknown> = work.catch(() => undefined).finally(() => going.delete(quiet));
    going.add(quiet);
  };
  return Object.assign(add, { settled: async () => void (await Promise.all(going)) });
}
