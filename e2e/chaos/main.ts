import { runChaos } from './chaos.ts';
import { chosenSeed } from './random.ts';
import { faultsFound, figuresOf } from './report.ts';

const report = await runChaos({
  seed: chosenSeed(Date.now() % 2 ** 32),
  events: 20_000,
  faults: {
    cut: 110,
    stall: 25,
    gateway: 20,
    subgraphs: 20,
    postgres: 12,
    redis: 18,
    flush: 30,
    pubsub: 40,
    reload: 25,
  },
  longestStallMs: 18_000,
  copies: 2,
  calmWithinMs: 180_000,
  say: (line) => console.log(`${new Date().toISOString()} ${line}`),
});
console.log(`\n${figuresOf(report).join('\n')}`);
const found = faultsFound(report);
if (found.length > 0) {
  console.error(`\n${found.join('\n')}`);
  process.exitCode = 1;
}
