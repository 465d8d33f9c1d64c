import { expect, test } from 'vitest';
import { printCase } from './testing/differential/print-case.ts';
import { reduceFailure, runDifferentially } from './testing/differential/run.ts';

const cases = Number(process.env.KRONOS_DIFFERENTIAL_CASES ?? 2_000);
const given = process.env.KRONOS_DIFFERENTIAL_SEED ?? '20261120';
const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given);

test(`${cases} generated operations are answered as plain graphql-js answers them`, async () => {
  const report = await runDifferentially({ seed, cases });
  const { judged, supergraphs, refused, milliseconds } = report;
  const perSecond = Math.round((judged * 1_000) / milliseconds);
  console.info(
    `seed ${seed}: ${judged} operations over ${supergraphs} supergraphs (${refused} refused by composition), ${perSecond} per second`,
  );
  const [failure] = report.failures;
  if (failure) {
    const reduced = await reduceFailure(failure.case, failure.differences);
    expect.fail(`KRONOS_DIFFERENTIAL_SEED=${seed} finds a wrong answer:\n${await printCase(reduced)}`);
  }
  expect(judged).toBeGreaterThanOrEqual(cases);
}, 300_000);
