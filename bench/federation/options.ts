import { parseArgs } from 'node:util';
import { type Gateway, gateways } from './gateways/list.ts';
import { type Workload, workloads } from './workloads.ts';

export interface Options {
  /** Of one measurement. */
  seconds: number;
  warmupSeconds: number;
  rounds: number;
  connections: number;
  gateways: Gateway[];
  workloads: Workload[];
  /** Whether it is measured what planning does to others. */
  isPlanningMeasured: boolean;
  /** Whether CPU profiles of what is measured are wanted. */
  profile: boolean;
}

const usage = `npm run bench federation -- [options]
  --seconds 2         how long one measurement lasts
  --warmup 8          how long each gateway is warmed up before, per workload
  --rounds 9          measurements of each gateway, taken in turns; the median counts
  --connections 50    requests that are kept in flight
  --only a,b          of: ${gateways.map(({ name }) => name).join(', ')}
  --workload A        A or B alone, and nothing on planning
  --profile           write CPU profiles and show where the time went; figures are worse then`;

/** Parses the command line; ends the process with the usage when it cannot, or when asked for help. */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string', default: '2' },
        warmup: { type: 'string', default: '8' },
        rounds: { type: 'string', default: '9' },
        connections: { type: 'string', default: '50' },
        only: { type: 'string' },
        workload: { type: 'string' },
        profile: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    return {
      seconds: positive('--seconds', values.seconds),
      warmupSeconds: positive('--warmup', values.warmup),
      rounds: positive('--rounds', values.rounds),
      connections: positive('--connections', values.connections),
      gateways: choose('--only', values.only, gateways),
      workloads: choose('--workload', values.workload, workloads),
      isPlanningMeasured: values.workload === undefined,
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

function choose<T extends { name: string }>(flag: string, list: string | undefined, all: readonly T[]): T[] {
  if (!list) return [...all];
  const names = list.split(',');
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`${flag}: there is no ${unknown}`);
  return all.filter(({ name }) => names.includes(name));
}
