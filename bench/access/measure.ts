import { median } from '../median.ts';

/** Something to measure: one call does `answers` pieces of work. */
export interface Candidate {
  name: string;
  /** How many answers one call gives. */
  answers: number;
  run(): Promise<unknown>;
}

/** What was measured of a candidate, by rounds. */
export interface Figures {
  name: string;
  perSecond: number[];
  p50Ms: number[];
  p99Ms: number[];
}

/** Measures candidates in turns, one call after the other, so that all meet the same machine. */
export async function measure(
  candidates: readonly Candidate[],
  { seconds, rounds }: { seconds: number; rounds: number },
): Promise<Figures[]> {
  const figures = candidates.map(({ name }): Figures => ({ name, perSecond: [], p50Ms: [], p99Ms: [] }));
  for (const candidate of candidates) await calls(candidate, seconds / 2);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, candidate] of candidates.entries()) {
      const took = await calls(candidate, seconds);
      const total = took.reduce((sum, ms) => sum + ms, 0);
      took.sort();
      figures[index]!.perSecond.push((took.length * candidate.answers * 1000) / total);
      figures[index]!.p50Ms.push(took[Math.floor(took.length * 0.5)]!);
      figures[index]!.p99Ms.push(took[Math.floor(took.length * 0.99)]!);
    }
  return figures;
}

/** How long each call took, in milliseconds. */
async function calls({ run }: Candidate, seconds: number): Promise<Float64Array> {
  const took: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let now = performance.now(); now < end; ) {
    await run();
    const after = performance.now();
    took.push(after - now);
    now = after;
  }
  return Float64Array.from(took);
}

/** The medians of all rounds, as a table of Markdown. */
export function table(figures: readonly Figures[]): string {
  const rows = figures.map(({ name, perSecond, p50Ms, p99Ms }) => [
    name,
    Math.round(median(perSecond)).toLocaleString('en'),
    milliseconds(median(p50Ms)),
    milliseconds(median(p99Ms)),
  ]);
  return [
    '| what | answers a second | p50 ms a call | p99 ms a call |',
    '| --- | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

function milliseconds(value: number): string {
  return value < 0.1 ? value.toFixed(4) : value.toFixed(2);
}
