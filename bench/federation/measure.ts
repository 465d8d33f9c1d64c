import { type Endpoint, post } from './compare-answers.ts';
import { runLoad } from './load.ts';
import type { BenchProcess, Usage } from './processes/start-process.ts';
import { seededRandom, type Workload } from './workloads.ts';

/** One gateway under one workload for some seconds. */
export interface Measurement {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the gateway process, all its threads; with the subgraphs, when it hosts them. */
  cpuMsPerRequest: number;
  /** Of the process that all other gateways ask. */
  subgraphsCpuMsPerRequest: number;
  /** Share of one core that the gateway has used: well below 1, something else was the limit. */
  busy: number;
  loadCpuMsPerRequest: number;
  peakRssBytes: number;
  loopDelayMs: number;
  fetchesPerRequest: number;
  answerBytes: number;
}

export interface Running extends Endpoint {
  process: BenchProcess;
  /** Whether the subgraphs live in the same process: then they count their requests there. */
  hostsSubgraphs: boolean;
}

export interface MeasureOptions {
  subgraphs: BenchProcess;
  connections: number;
  seconds: number;
  seed: number;
}

const keepEvery = 199;
const maxKept = 10;

/** Runs a load and reads off what it has cost; gives some of the answers too. */
export async function measure(gateway: Running, workload: Workload, options: MeasureOptions) {
  const random = seededRandom(options.seed);
  const fetchesBefore = await countFetches(gateway, options.subgraphs);
  const subgraphsBefore = await cpuMsOf(options.subgraphs);
  const loadBefore = ownCpuMs();
  const before = await gateway.process.ask<Usage>('start', 'usage');
  const load = await runLoad({
    ...options,
    url: gateway.url,
    headers: gateway.headers,
    toSent: gateway.toSent,
    body: () => workload.body(random),
    keepEvery,
  });
  const after = await gateway.process.ask<Usage>('stop', 'usage');
  const loadMs = ownCpuMs() - loadBefore;
  const subgraphsMs = (await cpuMsOf(options.subgraphs)) - subgraphsBefore;
  const fetches = (await countFetches(gateway, options.subgraphs)) - fetchesBefore;
  const cpuMs = after.cpuMs - before.cpuMs;
  const measurement: Measurement = {
    requestsPerSecond: load.requests / load.seconds,
    p50Ms: load.latency.percentile(50) / 1_000,
    p99Ms: load.latency.percentile(99) / 1_000,
    cpuMsPerRequest: cpuMs / load.requests,
    busy: cpuMs / 1_000 / load.seconds,
    subgraphsCpuMsPerRequest: subgraphsMs / load.requests,
    loadCpuMsPerRequest: loadMs / load.requests,
    peakRssBytes: after.peakRssBytes,
    loopDelayMs: after.loopDelayMs,
    fetchesPerRequest: fetches / load.requests,
    answerBytes: load.bytes / load.requests,
  };
  return { measurement, kept: load.kept.slice(0, maxKept) };
}

/** How many fetches a gateway makes for one request alone, where nothing can be shared with another. */
export async function countPlannedFetches(gateway: Running, workload: Workload, subgraphs: BenchProcess) {
  const before = await countFetches(gateway, subgraphs);
  await post(gateway, workload.body(seededRandom(3)));
  return (await countFetches(gateway, subgraphs)) - before;
}

async function cpuMsOf(subgraphs: BenchProcess): Promise<number> {
  return (await subgraphs.ask<Usage>('usage', 'usage')).cpuMs;
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function countFetches(gateway: Running, subgraphs: BenchProcess): Promise<number> {
  return (gateway.hostsSubgraphs ? gateway.process : subgraphs).ask<number>('requests', 'requests');
}
