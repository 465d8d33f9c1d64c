import { isDeepStrictEqual } from 'node:util';
import { type LoadResult, runLoad } from '../federation/load.ts';
import type { Usage } from '../federation/processes/start-process.ts';
import { markdownTable } from '../federation/report.ts';
import { median, medianRatio } from '../median.ts';
import { type Asked, foundIn, type Question, questions } from './questions.ts';
import type { Side } from './sides.ts';

/** What a round has measured of one side. */
interface Round {
  perSecond: number;
  /** Of the side's process, all its threads; PostgreSQL's and Redis' are not in it. */
  cpuMs: number;
  p50Ms: number;
  p99Ms: number;
}

/** One question to one side. */
export interface Measured {
  question: string;
  side: string;
  rounds: Round[];
}

interface Settings {
  seconds: number;
  warmup: number;
  rounds: number;
  connections: number;
}

/** Within it, all rows were made: no two moments mean different rows. */
const afterAll = Date.parse('2027-01-01T00:00:00Z');
const keepEvery = 997;

/** Asks all sides in turns. @throws Error when they do not answer the same */
export async function measure(
  sides: readonly Side[],
  userIds: readonly string[],
  { seconds, warmup, rounds, connections }: Settings,
): Promise<Measured[]> {
  const reference = sides.at(-1)!;
  let turn = 0;
  let moment = 0;
  function next(isRepeated: boolean): Asked {
    const userId = userIds[turn++ % userIds.length]!;
    // What is asked with a moment of its own is in no cache.
    if (!isRepeated) moment += 1;
    return { userId, until: new Date(afterAll + (isRepeated ? 0 : moment)).toISOString() };
  }

  async function load(side: Side, question: Question, duration: number): Promise<LoadResult> {
    const asked = new Map<string, Asked>();
    const result = await runLoad({
      ...{ url: side.url, headers: side.headers, connections, seconds: duration, keepEvery },
      body() {
        const what = next(side.isRepeated);
        const body = side.toBody(question, what);
        if (asked.size < 3_000) asked.set(body, what);
        return body;
      },
    });
    for (const { body, answer } of result.kept) {
      const what = asked.get(body);
      if (what) await assertSame(side, answer, question, what);
    }
    return result;
  }

  async function assertSame(side: Side, answer: string, question: Question, asked: Asked): Promise<void> {
    const { url, headers } = reference;
    const response = await fetch(url, { method: 'POST', headers, body: reference.toBody(question, asked) });
    if (!isDeepStrictEqual(foundIn(answer), foundIn(await response.text())))
      throw new Error(`${side.name} answers otherwise than ${reference.name}: ${answer.slice(0, 500)}`);
  }

  const measured: Measured[] = [];
  for (const question of questions) {
    const rows = sides.map((side) => ({ question: question.title, side: side.name, rounds: [] as Round[] }));
    measured.push(...rows);
    for (const side of sides) await load(side, question, warmup);
    for (let round = 0; round < rounds; round += 1)
      for (const [index, side] of sides.entries()) {
        const before = await side.process.ask<Usage>('start', 'usage');
        const result = await load(side, question, seconds);
        const after = await side.process.ask<Usage>('stop', 'usage');
        rows[index]!.rounds.push({
          perSecond: result.requests / result.seconds,
          cpuMs: (after.cpuMs - before.cpuMs) / result.requests,
          p50Ms: result.latency.percentile(50) / 1_000,
          p99Ms: result.latency.percentile(99) / 1_000,
        });
      }
  }
  return measured;
}

/** The medians of all rounds, each question with Prisma's row as what the others are compared with. */
export function table(measured: readonly Measured[]): string {
  return questions
    .map(({ title }) => {
      const rows = measured.filter(({ question }) => question === title);
      const of = ({ rounds }: Measured, figure: keyof Round) => rounds.map((round) => round[figure]);
      const prisma = rows.at(-1)!;
      const lines = rows.map((row) => [
        row.side,
        median(of(row, 'perSecond')).toFixed(0),
        `${medianRatio(of(row, 'perSecond'), of(prisma, 'perSecond')).toFixed(2)}×`,
        median(of(row, 'cpuMs')).toFixed(2),
        median(of(row, 'p50Ms')).toFixed(1),
        median(of(row, 'p99Ms')).toFixed(1),
      ]);
      return `**${title}**\n\n${markdownTable(
        ['by', 'requests a second', 'times Prisma’s', 'CPU ms each', 'p50 ms', 'p99 ms'],
        lines,
      )}`;
    })
    .join('\n\n');
}
