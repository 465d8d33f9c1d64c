import { type Case, judgeCase } from './harness.ts';

/** A case as it goes into a regression test, with what was expected and what came instead. */
export async function printCase(failing: Case): Promise<string> {
  const { truth, answer, differences } = await judgeCase(failing);
  const sdls = Object.entries(failing.subgraphs).map(([name, sdl]) => `${name}: \`\n${sdl}\``);
  return [
    ...sdls,
    `seed: ${failing.seed}, isLocal: ${failing.isLocal ?? false}, variables: ${JSON.stringify(failing.variables ?? {})}`,
    ...(failing.guarded?.length ? [`guarded: ${failing.guarded.join()}`] : []),
    `query: \`${failing.query}\``,
    `truth:  ${JSON.stringify(truth)}`,
    `answer: ${JSON.stringify(answer)}`,
    ...differences.map(({ kind, detail }) => `${kind}: ${detail}`),
  ].join('\n');
}
