import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchProcess, Usage } from '../federation/processes/start-process.ts';
import { checkResults } from './check-results.ts';
import { pace, saturate, untilEverybodyHears } from './drive.ts';
import type { Scenario } from './scenarios.ts';
import type { Source } from './source/start-source.ts';
import { type Crowd, gather } from './subscribers/crowd.ts';

/** One server in one scenario. */
export interface Measurement {
  /** Under saturation, by the clock. */
  deliveriesPerSecond: number;
  /** Under saturation, by the CPU time of the server, all its threads. */
  deliveriesPerCoreSecond: number;
  cpuUsPerDelivery: number;
  /** From publication to receipt at a given rate. */
  p50Ms: number;
  p99Ms: number;
  /** Events a second at that rate; fewer than wanted where the server was slower. */
  pacedEventsPerSecond: number;
  /** What the server has more when all are subscribed and have received one event. */
  rssBytesPerSubscriber: number;
  /** The same after everything. */
  loadedRssBytesPerSubscriber: number;
  /** Share of one core that the server has used under saturation. */
  busy: number;
  loadCpuUsPerDelivery: number;
  sourceCpuUsPerDelivery: number;
  connectSeconds: number;
}

export interface MeasureOptions {
  source: Source;
  server: BenchProcess;
  port: number;
  seconds: number;
  warmupSeconds: number;
  inFlight: number;
  /** Deliveries a second, to all subscribers together, at which latency is measured. */
  pacedDeliveriesPerSecond: number;
}

const primingSubscribers = 100;
const primingSeconds = 0.5;
const restMs = 1_000;

/**
 * Measures a server that nobody has used before.
 *
 * @throws Error when a subscriber does not get every event once and in order, or gets another than was published
 */
export async function measure(scenario: Scenario, options: MeasureOptions): Promise<Measurement> {
  const { source, server, port, seconds, warmupSeconds, inFlight, pacedDeliveriesPerSecond } = options;
  const { protocol, scopes, subscribers: size } = scenario;
  const usage = (message = 'usage') => server.ask<Usage>(message, 'usage');

  // What is loaded and compiled with the first subscribers is not what one more subscriber costs.
  const priming = await gather({ port, protocol, scopes, size: primingSubscribers });
  await untilEverybodyHears(source, priming);
  await saturate(source, priming, primingSeconds, inFlight);
  priming.close();
  await sleep(restMs);
  const empty = await usage();

  const connecting = performance.now();
  const crowd = await gather({ port, protocol, scopes, size });
  const connectSeconds = (performance.now() - connecting) / 1_000;
  try {
    await untilEverybodyHears(source, crowd);
    await sleep(restMs);
    const full = await usage();

    await saturate(source, crowd, warmupSeconds, inFlight);
    restart(crowd);
    const paced = await pace(source, crowd, seconds, pacedDeliveriesPerSecond / size);
    checkResults(protocol, crowd.takeText(), paced.events);
    const latencies = crowd.takeLatencies().sort();

    const sourceBefore = await cpuUsOf(source.process);
    const loadBefore = ownCpuUs();
    const before = await usage('start');
    const driven = await saturate(source, crowd, seconds, inFlight);
    const after = await usage('stop');
    const loadUs = ownCpuUs() - loadBefore;
    const sourceUs = (await cpuUsOf(source.process)) - sourceBefore;
    checkResults(protocol, crowd.takeText(), driven.events);

    const deliveries = driven.events * size;
    const cpuUs = (after.cpuMs - before.cpuMs) * 1_000;
    return {
      deliveriesPerSecond: deliveries / driven.seconds,
      deliveriesPerCoreSecond: (deliveries / cpuUs) * 1e6,
      cpuUsPerDelivery: cpuUs / deliveries,
      p50Ms: percentile(latencies, 0.5) / 1_000,
      p99Ms: percentile(latencies, 0.99) / 1_000,
      pacedEventsPerSecond: paced.events / paced.seconds,
      rssBytesPerSubscriber: (full.rssBytes - empty.rssBytes) / size,
      loadedRssBytesPerSubscriber: (after.rssBytes - empty.rssBytes) / size,
      busy: cpuUs / 1e6 / driven.seconds,
      loadCpuUsPerDelivery: loadUs / deliveries,
      sourceCpuUsPerDelivery: sourceUs / deliveries,
      connectSeconds,
    };
  } finally {
    crowd.close();
  }
}

function restart(crowd: Crowd): void {
  crowd.takeLatencies();
  crowd.takeText();
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

async function cpuUsOf(process: BenchProcess): Promise<number> {
  return (await process.ask<Usage>('usage', 'usage')).cpuMs * 1_000;
}

function ownCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
