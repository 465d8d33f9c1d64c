import { readdirSync, readlinkSync } from 'node:fs';
import pg from 'pg';
import { waitUntil } from '../kit/resuming-listener.ts';
import { foundCompany } from './company.ts';
import { type HeapMeter, measurable, openHeapMeter } from './heap.ts';
import { createRandom, type Random } from './random.ts';
import { type ChaosSystem, startChaosSystem } from './system.ts';
import { visit } from './visitors.ts';

export interface LeakOptions {
  seed: number;
  /** How many streams are opened and left. */
  connections: number;
  /** How many of them at a time. */
  atOnce: number;
  say(line: string): void;
}

/** What a system holds. */
export interface Holdings {
  streams: number;
  groups: number;
  upstreams: number;
  subgraphStreams: number;
  gatewaySockets: number;
  subgraphSockets: number;
  redisClients: number;
  redisChannels: number;
  postgresConnections: number;
  gatewayHeapBytes: number;
  subgraphHeapBytes: number;
}

export interface LeakReport {
  seed: number;
  connections: number;
  /** How many of them stood before their client left; the others were refused, or left at once. */
  stood: number;
  before: Holdings;
  after: Holdings;
  durationMs: number;
}

/** So many before the first measurement fill caches and pools, and let code be compiled. */
const warmUp = 1_000;
const settleWithinMs = 60_000;

/** Opens and leaves streams of all kinds while events come, and compares what the system holds before and after. */
export async function runLeaks({ seed, connections, atOnce, say }: LeakOptions): Promise<LeakReport> {
  const random = createRandom(seed);
  say(`seed ${seed} (KRONOS_CHAOS_SEED=${seed} repeats it)`);
  await using system = await startChaosSystem({
    ...measurable,
    KRONOS_MAX_STREAMS_PER_CALLER: '1000',
  });
  const company = await foundCompany(system.kronos.url, [], random.fork());
  const meters = {
    gateway: await openHeapMeter(system.pidOf('gateway')!, system.kronos.home, 'gateway'),
    subgraphs: await openHeapMeter(system.pidOf('subgraphs')!, system.kronos.home, 'subgraphs'),
  };
  const visits = (count: number) => manyVisits({ system, company, random, count, atOnce });

  await visits(warmUp);
  const before = await holdings(system, meters);
  say(`warm after ${warmUp} streams; ${connections} follow`);
  const begunAt = performance.now();
  const stood = await visits(connections);
  const durationMs = performance.now() - begunAt;
  say('all have left');
  // What goes by itself in a moment, such as idle connections, may take that moment.
  let after = before;
  await waitUntil(async () => {
    after = await holdings(system, meters);
    return findLeaks({ before, after, connections }).length === 0;
  }, settleWithinMs).catch(() => undefined);
  for (const meter of Object.values(meters)) meter.close();
  return { seed, connections, stood, before, after, durationMs };
}

async function manyVisits(options: {
  system: ChaosSystem;
  company: Awaited<ReturnType<typeof foundCompany>>;
  random: Random;
  count: number;
  atOnce: number;
}): Promise<number> {
  const { system, company, random, count, atOnce } = options;
  const people = [...company.organizers, ...company.attendees];
  const eventIds = company.gatherings.map(({ id }) => id);
  let left = count;
  let stood = 0;
  const publishing = company.publishers.map(async (publisher) => {
    while (left > 0) {
      await publisher.step();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  const visiting = Array.from({ length: atOnce }, async () => {
    while (left-- > 0)
      if (await visit({ url: system.kronos.url, people, eventIds, cursor: '5', random })) stood++;
  });
  await Promise.all([...visiting, ...publishing]);
  return stood;
}

async function holdings(
  system: ChaosSystem,
  meters: Record<'gateway' | 'subgraphs', HeapMeter>,
): Promise<Holdings> {
  const { admin } = system.redis;
  const live = async () => {
    const gateway = await system.gatewayMetrics();
    const subgraphs = await system.subgraphMetrics();
    // Who has much to do may not answer at once.
    if (gateway.size === 0 || subgraphs.size === 0) return undefined;
    const sum = (figures: Map<string, number>, name: string) =>
      [...figures].reduce((total, [key, value]) => total + (key.startsWith(name) ? value : 0), 0);
    return {
      streams: sum(gateway, 'kronos_gateway_streams'),
      groups: sum(gateway, 'kronos_gateway_stream_groups'),
      upstreams: sum(gateway, 'kronos_gateway_stream_upstreams'),
      subgraphStreams: sum(subgraphs, 'kronos_subgraph_streams'),
    };
  };
  let figures: Awaited<ReturnType<typeof live>>;
  const isQuiet = async () => {
    figures = (await live()) ?? figures;
    return figures !== undefined && Object.values(figures).every((value) => value === 0);
  };
  await waitUntil(isQuiet, settleWithinMs).catch(() => undefined);
  if (!figures) throw new Error(`there were no figures for ${settleWithinMs} ms`);
  return {
    ...figures,
    gatewayHeapBytes: await meters.gateway.usedBytes(),
    subgraphHeapBytes: await meters.subgraphs.usedBytes(),
    gatewaySockets: socketsOf(system.pidOf('gateway')!),
    subgraphSockets: socketsOf(system.pidOf('subgraphs')!),
    redisClients: String(await admin.client('LIST'))
      .trim()
      .split('\n').length,
    redisChannels: (await admin.pubsub('CHANNELS')).length,
    postgresConnections: await connectionsOf(system.databaseUrls.events!),
  };
}

/** Linux alone tells; elsewhere 0. */
function socketsOf(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((name) => {
    try {
      return readlinkSync(`${folder}/${name}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

async function connectionsOf(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const own = 'pid = pg_backend_pid()';
    const { rows } = await client.query(
      `SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'kronos_%' AND NOT ${own}`,
    );
    return Number(rows[0].count);
  } finally {
    await client.end();
  }
}

/** What may differ for reasons of its own: connections that are kept for the next request, and garbage of the day. */
const socketSlack = 8;
const heapSlackBytes = 1_500_000;
const heapBytesPerConnection = 100;

/** What is held afterwards and was not before; nothing when all is well. */
export function findLeaks({
  before,
  after,
  connections,
}: Pick<LeakReport, 'before' | 'after' | 'connections'>): string[] {
  const allowance: Partial<Record<keyof Holdings, number>> = {
    gatewaySockets: socketSlack,
    subgraphSockets: socketSlack,
    gatewayHeapBytes: heapSlackBytes + heapBytesPerConnection * connections,
    subgraphHeapBytes: heapSlackBytes + heapBytesPerConnection * connections,
  };
  // Nobody listens any more.
  const none = { streams: 0, groups: 0, upstreams: 0, subgraphStreams: 0 };
  const expected = { ...before, ...none };
  return (Object.keys(after) as (keyof Holdings)[])
    .filter((name) => after[name] > expected[name] + (allowance[name] ?? 0))
    .map((name) => `${name}: ${before[name]} before, ${after[name]} after ${connections} streams`);
}

/** The figures of a run, for people. */
export function leakFiguresOf({ seed, connections, stood, before, after, durationMs }: LeakReport): string[] {
  const rows = (Object.keys(after) as (keyof Holdings)[]).map(
    (name) => `  ${name.padEnd(22)}${String(before[name]).padStart(12)}${String(after[name]).padStart(12)}`,
  );
  return [
    `seed        ${seed}`,
    `streams     ${connections} opened and left in ${(durationMs / 1_000).toFixed(1)} s, ${stood} of them after they stood`,
    `held        ${' '.repeat(12)}      before       after`,
    ...rows,
  ];
}
