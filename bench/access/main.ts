import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createTemplateDatabases, startTestPostgres, startTestRedis } from '@kronos/cli/testing';
import { checks } from './checks.ts';
import { login, loginTable } from './login.ts';
import { table } from './measure.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    people: { type: 'string', default: '10000' },
    entries: { type: 'string', default: '200000' },
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
    entries: Number(values.entries),
  };
  const figures = await checks(settings);
  const logins = await login(settings);
  console.log(
    `\n${machine}. ${values.people} people, ${values.entries} entries; medians of ${values.rounds} interleaved rounds of ${values.seconds} s.\n`,
  );
  console.log(`${table(figures)}\n\n${loginTable(logins)}\n`);
  const results = fileURLToPath(new URL('../results/', import.meta.url));
  await mkdir(results, { recursive: true });
  const file = join(results, `access-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify({ machine, settings, figures, logins }, null, 2)}\n`);
  console.log(`every round is in ${file}`);
} finally {
  await Promise.all([postgres.stop(), redis.stop()]);
}
