import { parseArgs } from 'node:util';
import { listScenarios, type Scenario } from './scenarios.ts';
import { type Server, servers } from './servers/list.ts';

export interface Options {
  /** Of each of the two phases of a measurement. */
  seconds: number;
  warmupSeconds: number;
  rounds: number;
  /** Events on their way at once when the server is to be saturated. */
  inFlight: number;
  pacedDeliveriesPerSecond: number;
  servers: Server[];
  scenarios: Scenario[];
  /** Whether one commit to one subscriber is measured, through the whole of Kronos. */
  withCommit: boolean;
  /** Whether CPU profiles of what is measured are wanted. */
  profile: boolean;
}

const commit = 'commit';
const names = [...servers.map(({ name }) => name), commit];

const usage = `npm run bench live -- [options]
  --seconds 3             how long latency and then saturation are measured
  --warmup 2              how long a server is warmed up before, with all its subscribers
  --rounds 3              measurements of each server in each scenario, taken in turns; the median counts
  --subscribers 1000,5000 how many subscribe
  --in-flight 8           events on their way at once when the server is to be saturated
  --paced 20000           deliveries a second, to all together, at which latency is measured
  --only a,b              of: ${names.join(', ')}
  --scenario text         only scenarios whose name has the text, such as grouped, scopes, sse, 5000-grouped-sse
  --profile               write CPU profiles and show where the time went; figures are worse then`;

/** Parses the command line; ends the process with the usage when it cannot, or when asked for help. */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string', default: '3' },
        warmup: { type: 'string', default: '2' },
        rounds: { type: 'string', default: '3' },
        subscribers: { type: 'string', default: '1000,5000' },
        'in-flight': { type: 'string', default: '8' },
        paced: { type: 'string', default: '20000' },
        only: { type: 'string' },
        scenario: { type: 'string', default: '' },
        profile: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const wanted = values.only?.split(',') ?? names;
    const unknown = wanted.find((name) => !names.includes(name));
    if (unknown !== undefined) throw new Error(`--only: there is no ${unknown}`);
    const sizes = values.subscribers.split(',').map((text) => positive('--subscribers', text));
    return {
      seconds: positive('--seconds', values.seconds),
      warmupSeconds: positive('--warmup', values.warmup),
      rounds: positive('--rounds', values.rounds),
      inFlight: positive('--in-flight', values['in-flight']),
      pacedDeliveriesPerSecond: positive('--paced', values.paced),
      servers: servers.filter(({ name }) => wanted.includes(name)),
      scenarios: listScenarios(sizes).filter(({ name }) => name.includes(values.scenario)),
      withCommit: wanted.includes(commit),
      profile: values.profile,
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exit(1);
  }
}

function positive(flag: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${flag} must be a number above 0`);
  return number;
}
