import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startTestRedis } from '@kronos/cli/testing';
import { compose } from '@kronos/engine/testing';
import { startTestGateway } from '../../apps/gateway/src/testing/test-gateway.ts';
import { median } from '../median.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '9' },
    items: { type: 'string', default: '100' },
  },
});
const sdl = /* GraphQL */ `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
    @link(url: "https://specs.kronos.dev/cacheControl/v0.1", import: ["@cacheControl"])
    @composeDirective(name: "@cacheControl")
  directive @cacheControl(maxAge: Int, scope: cacheControl__Scope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT
  enum cacheControl__Scope { PUBLIC PRIVATE }
  type Query {
    cached: [Product!]! @cacheControl(maxAge: 3600, scope: PUBLIC)
    plain: [Product!]!
  }
  type Product @key(fields: "id") { id: ID! name: String text: String }
`;

/** A process of the bench's own, so that only the gateways are measured. */
async function start(file: string, ...args: string[]): Promise<{ child: ChildProcess; first: unknown }> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args);
  const [first] = await once(child, 'message');
  return { child, first };
}

const redis = await startTestRedis();
const { child: subgraph, first: url } = await start('subgraph.ts', values.items);
const supergraph = compose({ shop: { sdl, url: url as string } });
const settings = { REDIS_URL: redis.url, KRONOS_SHARE_QUERIES: 'false' };
const on = await startTestGateway(supergraph, settings);
const off = await startTestGateway(supergraph, { ...settings, KRONOS_CACHE_ANSWERS: 'false' });
const rows = [
  { name: 'from the cache', url: on.url, field: 'cached' },
  { name: 'the same, cache off', url: off.url, field: 'cached' },
  { name: 'without @cacheControl', url: on.url, field: 'plain' },
  { name: 'the same, cache off', url: off.url, field: 'plain' },
];
const measured = rows.map(() => ({ cpu: [] as number[], rate: [] as number[] }));
const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; Node ${process.version}; load average ${loadavg()[0]!.toFixed(1)} before`;

try {
  // The first round of each warms it up.
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const [index, row] of rows.entries()) {
      const { child, first } = await start(
        'load.ts',
        row.url,
        `{ ${row.field} { id name text } }`,
        values.seconds,
      );
      if (first !== 'ready') throw new Error(String(first));
      const before = process.cpuUsage();
      child.send('go');
      const [requests] = (await once(child, 'message')) as [number];
      const { user, system } = process.cpuUsage(before);
      await once(child, 'exit');
      if (round === 0) continue;
      measured[index]!.cpu.push((user + system) / requests);
      measured[index]!.rate.push(requests / Number(values.seconds));
    }
  }
  console.log(
    `\n${machine}. Medians of ${values.rounds} interleaved rounds of ${values.seconds} s, ${values.items} items an answer.\n`,
  );
  console.log('| query | CPU of the gateway per request | requests per second |\n| --- | ---: | ---: |');
  for (const [index, { name }] of rows.entries()) {
    const { cpu, rate } = measured[index]!;
    console.log(`| ${name} | ${median(cpu).toFixed(0)} µs | ${median(rate).toFixed(0)} |`);
  }
} finally {
  subgraph.kill();
  await on[Symbol.asyncDispose]();
  await off[Symbol.asyncDispose]();
  await redis.stop();
}
