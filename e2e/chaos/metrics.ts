/** Figures by their name with labels, as Prometheus writes them; none when nobody answers. */
export async function readMetrics(url: string | URL): Promise<Map<string, number>> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  const text = answer?.ok ? await answer.text().catch(() => '') : '';
  const lines = text.matchAll(/^([a-z_]+(?:\{.*\})?) (\S+)$/gim);
  return new Map([...lines].map(([, name, value]) => [name!, Number(value)]));
}

/** Sums counters over the lives of a process: each begins at zero, and what it counted since the last look is lost. */
export class CounterSum {
  readonly #totals = new Map<string, number>();
  #last = new Map<string, number>();

  add(figures: Map<string, number>): void {
    if (figures.size === 0) return;
    for (const [name, value] of figures) {
      const before = this.#last.get(name) ?? 0;
      const gained = value < before ? value : value - before;
      this.#totals.set(name, (this.#totals.get(name) ?? 0) + gained);
    }
    this.#last = figures;
  }

  /** All whose name, with labels, begins so. */
  sum(beginning: string): number {
    let sum = 0;
    for (const [name, value] of this.#totals) if (name.startsWith(beginning)) sum += value;
    return sum;
  }
}
