/** Calls back everything that is in it once per period, a part at a time. */
export interface Pulse {
  /** Returns how to take the callback out again. */
  add(beat: () => void): () => void;
}

/** So that thousands of heartbeats do not hold the process up in one go. */
const parts = 8;

/** @param periodMs between two calls of one callback; the timer runs only while there is something to call */
export function createPulse(periodMs: number): Pulse {
  const beats = Array.from({ length: parts }, () => new Set<() => void>());
  let size = 0;
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;

  function tick(): void {
    turn = (turn + 1) % parts;
    for (const beat of beats[turn]!) beat();
  }

  return {
    add(beat) {
      const part = beats[size % parts]!;
      part.add(beat);
      size++;
      timer ??= setInterval(tick, Math.max(1, periodMs / parts)).unref();
      return () => {
        if (!part.delete(beat)) return;
        size--;
        if (size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
