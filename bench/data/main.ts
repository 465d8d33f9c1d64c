import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createTemplateDatabases, startTestPostgres, startTestRedis } from '@kronos/cli/testing';
import { stopAll } from '../federation/processes/start-process.ts';
import { measure, table } from './measure.ts';
import { withSides } from './surroundings.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    warmup: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '7' },
    people: { type: 'string', default: '1000' },
    projects: { type: 'string', default: '50' },
    connections: { type: 'string', default: '20' },
    profile: { type: 'string' },
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
  const { profile, ...numbers } = values;
  const settings = {
    ...{ seconds: Number(numbers.seconds), warmup: Number(numbers.warmup), rounds: Number(numbers.rounds) },
    ...{ people: Number(numbers.people), projects: Number(numbers.projects) },
    connections: Number(numbers.connections),
  };
  const measured = await withSides({ ...settings, profile }, (sides, userIds) =>
    measure(sides, userIds, settings),
  );
  console.log(
    `\n${machine}. ${values.people} people with ${values.projects} projects each, ${values.connections} requests in flight; medians of ${values.rounds} interleaved rounds of ${values.seconds} s, ratios are medians of the rounds' own.\n`,
  );
  console.log(`${table(measured)}\n`);
  const results = fileURLToPath(new URL('../results/', import.meta.url));
  await mkdir(results, { recursive: true });
  const file = join(results, `data-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify({ machine, settings, measured }, null, 2)}\n`);
  console.log(`every round is in ${file}`);
} finally {
  await stopAll();
  await Promise.all([postgres.stop(), redis.stop()]);
}
