import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stopAll } from '../federation/processes/start-process.ts';
import { describeProfiles } from '../federation/top-functions.ts';
import { measureCommits } from './commit/measure-commits.ts';
import { parseOptions } from './options.ts';
import { report } from './report.ts';
import { runRounds } from './run-rounds.ts';

const options = parseOptions(process.argv.slice(2));
const results = fileURLToPath(new URL('../results/', import.meta.url));
const name = `live-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
const profileFolder = options.profile ? join(results, name) : undefined;

await mkdir(profileFolder ?? results, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'kronos-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
try {
  // First, because it wants all cores, and the rounds bind this process to one.
  const commits = options.withCommit ? await measureCommits() : undefined;
  const { collected, isPinned } = await runRounds(options, folder, profileFolder);
  const { markdown, summary } = report({ collected, commits, isPinned, options });
  console.log(`\n${markdown}\n`);
  const file = join(results, `${name}.json`);
  await writeFile(file, `${JSON.stringify({ ...summary, collected, commits }, null, 2)}\n`);
  console.log(`every round is in ${file}`);
} finally {
  await stopAll();
}
if (profileFolder) console.log(`\n${describeProfiles(profileFolder)}`);
