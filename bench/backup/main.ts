import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { markdownTable } from '../federation/report.ts';
import { median, medianRatio } from '../median.ts';
import { startSystemPostgres } from './debian-postgres.ts';
import { fill } from './fill.ts';
import { runProgram, type Used } from './run-program.ts';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '400' },
    rounds: { type: 'string', default: '3' },
    profile: { type: 'string' },
  },
});
const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; Node ${process.version}; load average ${loadavg()[0]!.toFixed(1)} before`;
const folder = await mkdtemp(join(tmpdir(), 'kronos-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const postgres = await startSystemPostgres(folder);
const admin = new pg.Client({ connectionString: postgres.url });
await admin.connect();

/** One program in one direction, by rounds. */
interface Measured {
  name: string;
  rounds: (Used & { serverCpuSeconds: number })[];
  storedBytes: number;
}

try {
  await admin.query('CREATE DATABASE bench');
  const url = Object.assign(new URL(postgres.url), { pathname: '/bench' }).href;
  const { bytesOnDisk, bytesOfText } = await fill(url, Number(values.megabytes));
  console.log(`A database of ${megabytes(bytesOnDisk)} MB on the disk.`);
  const [dump, restore] = ['pg_dump', 'pg_restore'].map((name) => join(postgres.programs, name));
  const ours = fileURLToPath(new URL('ours.ts', import.meta.url));
  const profiled = values.profile ? ['--cpu-prof', '--cpu-prof-dir', values.profile] : [];
  const place = (name: string) => join(folder, name);
  mkdirSync(place('ours'));
  let ids: string[] = [];

  const backups = [
    {
      name: 'Kronos',
      place: place('ours'),
      async run() {
        const used = await runProgram(process.execPath, [...profiled, ours, 'backup', place('ours'), url]);
        ids = [JSON.parse(used.output).id];
        return used;
      },
    },
    {
      name: '`pg_dump -Fc`',
      place: place('custom'),
      run: () => runProgram(dump!, ['-Fc', '-f', place('custom'), url]),
    },
    {
      name: '`pg_dump -Fd -j 2`',
      place: place('directory'),
      run: () => runProgram(dump!, ['-Fd', '-j', '2', '-f', place('directory'), url]),
    },
  ];
  const restores = [
    {
      name: 'Kronos',
      async run() {
        const used = await runProgram(process.execPath, [
          ...profiled,
          ours,
          'restore',
          place('ours'),
          url,
          ids[0]!,
        ]);
        await admin.query(`DROP DATABASE "${JSON.parse(used.output).database}"`);
        return used;
      },
    },
    ...[
      { name: '`pg_restore`, `vacuumdb -Z`', args: [place('custom')] },
      { name: '`pg_restore -j 2`, `vacuumdb -Z`', args: ['-j', '2', place('directory')] },
    ].map(({ name, args }) => ({
      name,
      async run() {
        await admin.query('CREATE DATABASE again TEMPLATE template0');
        const again = Object.assign(new URL(postgres.url), { pathname: '/again' }).href;
        const used = await runProgram(restore!, ['-d', again, ...args]);
        // Ours makes statistics, too: without them, plans are bad until somebody does.
        const analyzed = await runProgram(join(postgres.programs, 'vacuumdb'), ['-qZ', '-d', again]);
        await admin.query('DROP DATABASE again');
        return {
          ...used,
          seconds: used.seconds + analyzed.seconds,
          cpuSeconds: used.cpuSeconds + analyzed.cpuSeconds,
        };
      },
    })),
  ];

  const made = backups.map(({ name }): Measured => ({ name, rounds: [], storedBytes: 0 }));
  const restored = restores.map(({ name }): Measured => ({ name, rounds: [], storedBytes: 0 }));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [index, backup] of backups.entries()) {
      rmSync(backup.place, { recursive: true, force: true });
      made[index]!.rounds.push(await measured(backup.run));
      made[index]!.storedBytes = sizeOf(backup.place);
    }
    for (const [index, { run }] of restores.entries()) restored[index]!.rounds.push(await measured(run));
    console.log(`round ${round + 1} of ${values.rounds}`);
  }
  console.log(
    `\n${machine}. PostgreSQL ${postgres.version}; ${megabytes(bytesOnDisk)} MB on the disk, of which ${megabytes(bytesOfText)} MB are rows as text; medians of ${values.rounds} interleaved rounds, ratios are medians of the rounds' own.\n`,
  );
  console.log(`${table(made, bytesOfText)}\n\n${table(restored, bytesOfText)}\n`);
  const results = fileURLToPath(new URL('../results/', import.meta.url));
  await mkdir(results, { recursive: true });
  const file = join(results, `backup-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`);
  await writeFile(
    file,
    `${JSON.stringify({ machine, bytesOnDisk, bytesOfText, made, restored }, null, 2)}\n`,
  );
  console.log(`every round is in ${file}`);
} finally {
  await admin.end();
  await postgres.stop();
}

async function measured(run: () => Promise<Used>) {
  // What the one before has left to be written is not on the account of the next.
  await admin.query('CHECKPOINT');
  const before = postgres.cpuSeconds();
  const used = await run();
  // What a backend has used is known when it has ended.
  do await delay(50);
  while (await hasOthers());
  return { ...used, serverCpuSeconds: postgres.cpuSeconds() - before };
}

async function hasOthers(): Promise<boolean> {
  const { rowCount } = await admin.query(
    "SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
  );
  return rowCount !== 0;
}

/** The first row is ours, and the ratios are to it. */
function table(rows: readonly Measured[], bytes: number): string {
  const of = ({ rounds }: Measured, figure: 'seconds' | 'cpuSeconds' | 'serverCpuSeconds' | 'peakRssBytes') =>
    rounds.map((round) => round[figure]);
  const lines = rows.map((row) => [
    row.name,
    (bytes / 1e6 / median(of(row, 'seconds'))).toFixed(1),
    `${medianRatio(of(row, 'seconds'), of(rows[0]!, 'seconds')).toFixed(2)}×`,
    median(of(row, 'seconds')).toFixed(1),
    median(of(row, 'cpuSeconds')).toFixed(1),
    median(of(row, 'serverCpuSeconds')).toFixed(1),
    megabytes(median(of(row, 'peakRssBytes'))),
    row.storedBytes > 0 ? megabytes(row.storedBytes) : '–',
  ]);
  return markdownTable(
    ['by', 'MB/s', 'time of ours', 'seconds', 'CPU s', 'CPU s of PostgreSQL', 'peak RSS MB', 'stored MB'],
    lines,
  );
}

function sizeOf(path: string): number {
  const { isDirectory, size } = { isDirectory: statSync(path).isDirectory(), size: statSync(path).size };
  if (!isDirectory) return size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
