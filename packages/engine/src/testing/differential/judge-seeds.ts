import type { Difference } from './compare.ts';
import { type Case, openCourt } from './harness.ts';
import { startHost } from './host.ts';

/**
 * Judges one operation over several sets of data, so that a null or an error of one set hides nothing.
 *
 * @returns every difference with the seed of its data; empty when all answers are right
 */
export async function judgeSeeds(
  { subgraphs, query, variables, isInParts, guarded }: Omit<Case, 'seed'>,
  seeds = 12,
): Promise<(Difference & { seed: number })[]> {
  await using host = await startHost();
  await using court = await openCourt(host, subgraphs, 1);
  const found: (Difference & { seed: number })[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { differences } = await (isInParts
      ? court.judgeParts(query, variables, seed)
      : court.judge(query, variables, seed, guarded));
    found.push(...differences.map((difference) => ({ seed, ...difference })));
  }
  return found;
}
