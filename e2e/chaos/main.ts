import { type ChaosOptions, runChaos } from './chaos.ts';
import { findLeaks, leakFiguresOf, runLeaks } from './leaks.ts';
import { chosenSeed } from './random.ts';
import { faultsFound, figuresOf } from './report.ts';

const seed = chosenSeed(Date.now() % 2 ** 32);
const say = (line: string) => console.log(`${new Date().toISOString()} ${line}`);

const storm: Omit<ChaosOptions, 'seed' | 'say'> = {
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
  // Beyond the patience of the gateway with clients that do not read.
  longestStallMs: 18_000,
  copies: 2,
  // The domain that sends messages takes one event after the other, and far less quickly than they can be made.
  calmWithinMs: 600_000,
};

/** What each command prints, and what it has found to be wrong. */
const commands: Record<string, () => Promise<{ figures: string[]; found: string[] }>> = {
  async storm() {
    const report = await runChaos({ ...storm, seed, say });
    return { figures: figuresOf(report), found: faultsFound(report) };
  },
  async leaks() {
    const report = await runLeaks({ seed, connections: 20_000, atOnce: 50, say });
    return { figures: leakFiguresOf(report), found: findLeaks(report) };
  },
};

const name = process.argv[2] ?? 'storm';
const command = commands[name];
if (!command) {
  console.error(`Usage: npm run chaos [-- <${Object.keys(commands).join(' | ')}>]`);
  process.exit(1);
}
const { figures, found } = await command();
console.log(`\n${figures.join('\n')}\n`);
console.log(found.length === 0 ? 'All is well.' : found.join('\n'));
process.exitCode = found.length === 0 ? 0 : 1;
