import fc from 'fast-check';
import { parse } from 'graphql';
import { choicesOf } from './choices.ts';
import type { Difference } from './compare.ts';
import { generateOperation } from './generate-operation.ts';
import { generateSupergraph } from './generate-supergraph.ts';
import { chooseGuarded, withhold } from './guard.ts';
import { type Case, type Court, ImpossibleCase, openCourt } from './harness.ts';
import { startHost } from './host.ts';
import { reduceCase } from './reduce.ts';
import { sprinkleDefer } from './sprinkle-defer.ts';

export interface RunOptions {
  /** Of everything that is generated. */
  seed: number;
  /** At least so many operations are judged. */
  cases: number;
  operationsPerSupergraph?: number;
  /** Operations have `@defer`, and answers come in parts. */
  isInParts?: boolean;
  /** Some types and fields are withheld. */
  isGuarded?: boolean;
  /** Go on after a failure, to see how many there are; otherwise the first one is made small and ends the run. */
  collectAll?: boolean;
}

export interface Report {
  seed: number;
  judged: number;
  /** Of those, how many came in parts. */
  inParts: number;
  /** Of those, of how many something was withheld. */
  withheld: number;
  supergraphs: number;
  /** Supergraphs that composition refused. */
  refused: number;
  milliseconds: number;
  failures: { case: Case; differences: Difference[] }[];
}

/** Generates supergraphs and operations until enough are judged, or one has been judged wrongly. */
export async function runDifferentially(options: RunOptions): Promise<Report> {
  const { seed, cases, operationsPerSupergraph = 20 } = options;
  const started = performance.now();
  const report: Report = {
    seed,
    judged: 0,
    inParts: 0,
    withheld: 0,
    supergraphs: 0,
    refused: 0,
    milliseconds: 0,
    failures: [],
  };
  await using host = await startHost();

  const property = fc.asyncProperty(fc.gen(), async (generate) => {
    if (report.judged >= cases) return;
    if (report.failures.length > 0 && !options.collectAll) return;
    const choices = choicesOf(generate);
    const subgraphs = generateSupergraph(choices);
    const dataSeed = choices.integer(0, 1_000_000);
    // Every other supergraph over HTTP: both ways are judged, in the time that one takes.
    const isLocal = dataSeed % 2 === 1;
    const court = await openCourt(host, subgraphs, dataSeed, isLocal).catch(() => undefined);
    if (!court) return void report.refused++;
    await using opened = court;
    report.supergraphs++;
    const guarded = options.isGuarded ? chooseGuarded(choices, opened.apiSchema) : [];
    for (let index = 0; index < operationsPerSupergraph; index++) {
      const { isInParts } = options;
      const whole = generateOperation(choices, opened.apiSchema);
      const operation = isInParts ? sprinkleDefer(choices, opened.apiSchema, whole) : whole;
      const { query, variables } = operation;
      const judging = isInParts
        ? opened.judgeParts(query, variables)
        : opened.judge(query, variables, dataSeed, guarded);
      const judgement = await judging.catch(dismiss);
      if (!judgement) continue;
      report.judged++;
      const { answer, differences } = judgement;
      if ('parts' in answer && answer.parts.length > 0) report.inParts++;
      if (withhold(opened.apiSchema, parse(query), guarded)) report.withheld++;
      if (differences.length === 0) continue;
      report.failures.push({
        case: { subgraphs, seed: dataSeed, isLocal, isInParts, guarded, ...operation },
        differences,
      });
      if (!options.collectAll) return;
    }
  });
  const numRuns = 10 + Math.ceil((1.3 * cases) / operationsPerSupergraph);
  // The reduction is ours: a list of choices shrinks badly, and the SDL and the operation themselves shrink well.
  await fc.assert(property, { seed, numRuns, endOnFailure: true });
  report.milliseconds = performance.now() - started;
  return report;
}

function dismiss(error: unknown): void {
  if (!(error instanceof ImpossibleCase)) throw error;
}

/** Makes a failing case small; what remains differs in the same kinds of ways. */
export async function reduceFailure(
  failing: Case,
  differences: readonly Difference[],
  deadlineMs?: number,
): Promise<Case> {
  const kinds = new Set(differences.map(({ kind }) => kind));
  await using host = await startHost();
  let court: Court | undefined;
  let served = '';

  async function stillFails(smaller: Case): Promise<boolean> {
    try {
      const wanted = JSON.stringify(smaller.subgraphs);
      if (!court || wanted !== served) {
        await court?.[Symbol.asyncDispose]();
        court = undefined;
        court = await openCourt(host, smaller.subgraphs, smaller.seed, smaller.isLocal);
        served = wanted;
      }
      const { query, variables, seed, isInParts, guarded } = smaller;
      const judgement = await (isInParts
        ? court.judgeParts(query, variables)
        : court.judge(query, variables, seed, guarded));
      return judgement.differences.some(({ kind }) => kinds.has(kind));
    } catch {
      return false;
    }
  }

  const reduced = await reduceCase(failing, stillFails, deadlineMs);
  await court?.[Symbol.asyncDispose]();
  return reduced;
}
