import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseOptions } from './options.ts';
import { measurePlanning, type PlanningMeasurement } from './planning.ts';
import { stopAll } from './processes/start-process.ts';
import { report } from './report.ts';
import { type Collected, runRounds } from './run-rounds.ts';
import { startTestbed } from './testbed.ts';
import { describeProfiles } from './top-functions.ts';

/** The others plan as one of these does. */
const planners = new Set(['apollo', 'hive', 'hive-rust', 'ours']);

const options = parseOptions(process.argv.slice(2));
const results = fileURLToPath(new URL('../results/', import.meta.url));
const name = `federation-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
const profileFolder = options.profile ? join(results, name) : undefined;

await mkdir(profileFolder ?? results, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'kronos-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
try {
  const testbed = await startTestbed(options.gateways, folder, profileFolder);
  const collected: Collected[] = [];
  for (const workload of options.workloads) collected.push(...(await runRounds(testbed, workload, options)));
  const planning: PlanningMeasurement[] = [];
  for (const gateway of options.isPlanningMeasured ? testbed.gateways : []) {
    if (!planners.has(gateway.name)) continue;
    console.log(`planning: ${gateway.name}`);
    planning.push(await measurePlanning(gateway, options.seconds));
  }
  const { markdown, summary } = report(collected, planning, options, testbed.isPinned);
  console.log(`\n${markdown}\n`);
  const file = join(results, `${name}.json`);
  await writeFile(file, `${JSON.stringify({ ...summary, planning }, null, 2)}\n`);
  console.log(`every round is in ${file}`);
} finally {
  await stopAll();
}
if (profileFolder) console.log(`\n${describeProfiles(profileFolder)}`);
