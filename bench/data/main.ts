import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createTemplateDatabases, startTestPostgres, startTestRedis } from '@kronos/cli/testing';
import { table } from '../access/measure.ts';
import { queries } from './queries.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    people: { type: 'string', default: '1000' },
    projects: { type: 'string', default: '50' },
  },
});
const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; Node ${process.version}; load average ${loadavg()[0]!.toFixed(1)} before`;
const folder = await mkdtemp(join(tmpdir(), 'kronos-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
process.env.KRONOS_TEST_POSTGRES_URL = postgres.url;
process.env.KRONOS_TEST_REDIS_URL = redis.url;

try {
  await createTemplateDatabases(postgres.url);
  const settings = {
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    people: Number(values.people),
    projects: Number(values.projects),
  };
  const figures = await queries(settings);
  console.log(
    `\n${machine}. ${values.people} people with ${values.projects} projects each; medians of ${values.rounds} interleaved rounds of ${values.seconds} s.\n`,
  );
  console.log(`${table(figures)}\n`);
  const results = fileURLToPath(new URL('../results/', import.meta.url));
  await mkdir(results, { recursive: true });
  const file = join(results, `data-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify({ machine, settings, figures }, null, 2)}\n`);
  console.log(`every round is in ${file}`);
} finally {
  await Promise.all([postgres.stop(), redis.stop()]);
}
