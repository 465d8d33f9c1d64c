import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startTestRedis } from '@kronos/cli/testing';
import { startTestRouter } from '../../apps/gateway/src/testing/test-router.ts';
import { stopAll } from '../federation/processes/start-process.ts';
import { cpuRatio, markdownTable, milliseconds } from '../federation/report.ts';
import { type Collected, runRounds } from '../federation/run-rounds.ts';
import { startTestbed } from '../federation/testbed.ts';
import { workloads } from '../federation/workloads.ts';
import { median } from '../median.ts';
import { edgeGateways, rules } from './gateways.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    warmup: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string' },
  },
});
const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; Node ${process.version}; load average ${loadavg()[0]!.toFixed(1)} before`;
const folder = await mkdtemp(join(tmpdir(), 'kronos-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const redis = await startTestRedis();
const router = await startTestRouter(rules);
const collector = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));

try {
  const { port } = collector.address() as AddressInfo;
  const all = edgeGateways({
    redisUrl: redis.url,
    rulesUrl: router.url,
    tracesUrl: `http://127.0.0.1:${port}/v1/traces`,
  });
  const wanted = values.only?.split(',');
  const gateways = all.filter(({ name }) => !wanted || wanted.includes(name));
  const testbed = await startTestbed(gateways, folder);
  const collected = await runRounds(testbed, workloads.find(({ name }) => name === 'B')!, {
    seconds: Number(values.seconds),
    warmupSeconds: Number(values.warmup),
    rounds: Number(values.rounds),
    connections: 50,
  });
  console.log(
    `\n${machine}. Medians of ${values.rounds} interleaved rounds of ${values.seconds} s on workload B.\n`,
  );
  console.log(`${table(collected)}\n`);
  const results = fileURLToPath(new URL('../results/', import.meta.url));
  await mkdir(results, { recursive: true });
  const file = join(results, `edge-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify({ machine, collected }, null, 2)}\n`);
  console.log(`every round is in ${file}`);

  function table(rows: readonly Collected[]): string {
    const cpuOf = ({ rounds }: Collected) => median(rounds.map(({ cpuMsPerRequest }) => cpuMsPerRequest));
    const bare = rows.find(({ gateway }) => gateway === 'bare');
    const lines = rows.map((row) => {
      const share = bare && bare !== row ? cpuRatio(row, bare) - 1 : undefined;
      return [
        all.find(({ name }) => name === row.gateway)!.title,
        milliseconds(cpuOf(row)),
        share === undefined ? '–' : `${(share * cpuOf(bare!) * 1_000).toFixed(0)} µs`,
        share === undefined ? '–' : `${(share * 100).toFixed(1)} %`,
        median(row.rounds.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0),
        median(row.rounds.map(({ p50Ms }) => p50Ms)).toFixed(1),
        median(row.rounds.map(({ p99Ms }) => p99Ms)).toFixed(1),
      ];
    });
    return markdownTable(
      ['gateway', 'CPU ms/req', 'above bare', 'of it', 'req/s', 'p50 ms', 'p99 ms'],
      lines,
    );
  }
} finally {
  await stopAll();
  await router[Symbol.asyncDispose]();
  await redis.stop();
  collector.closeAllConnections();
  collector.close();
}
