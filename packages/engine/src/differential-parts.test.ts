import { expect, test } from 'vitest';
import { printCase } from './testing/differential/print-case.ts';
import { reduceFailure, runDifferentially } from './testing/differential/run.ts';

const cases = Math.ceil(Number(process.env.KRONOS_DIFFERENTIAL_CASES ?? 2_000) / 4);
const given = process.env.KRONOS_DIFFERENTIAL_SEED ?? '20261120';
const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given);

test(`${cases} generated operations with @defer give the parts that plain graphql-js gives`, async () => {
  const report = await runDifferentially({ seed, cases, isInParts: true });
  const { judged, inParts, supergraphs, refused, milliseconds } = report;
  const perSecond = Math.round((judged * 1_000) / milliseconds);
  console.info(
    `seed ${seed}: ${judged} operations, ${inParts} answered in parts, over ${supergraphs} supergraphs (${refused} refused by composition), ${perSecond} per second`,
  );
  const [failure] = report.failures;
  if (failure) {
    const reduced = await reduceFailure(failure.case, failure.differences);
    expect.fail(`KRONOS_DIFFERENTIAL_SEED=${seed} finds a wrong answer:\n${await printCase(reduced)}`);
  }
  expect(judged).toBeGreaterThanOrEqual(cases);
  // Of the rest, what is deferred is decided against, or below a list that is empty.
  expect(inParts).toBeGreaterThan(cases / 3);
}, 300_000);
