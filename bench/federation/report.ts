import { cpus, loadavg } from 'node:os';
import { median, medianRatio } from '../median.ts';
import { type Gateway, gateways } from './gateways/list.ts';
import type { Measurement } from './measure.ts';
import type { Options } from './options.ts';
import type { PlanningMeasurement } from './planning.ts';
import type { Collected } from './run-rounds.ts';
import { judge, type Target } from './targets.ts';

// Before the bench itself is what keeps the machine busy.
const loadBefore = loadavg()[0]!.toFixed(1);

/** The medians of the rounds of one gateway under one workload, with the ratio to plain Apollo's CPU. */
export interface Row extends Measurement {
  gateway: string;
  workload: string;
  plannedFetches: number;
  rounds: readonly Measurement[];
  /** How many times less CPU than plain Apollo; undefined when that was not measured, or holds the subgraphs' CPU, too. */
  cpuRatio?: number;
  /** The gateway's and the subgraphs' CPU together, whether they are one process or two. */
  systemCpuMsPerRequest: number;
  /** How many times less of that than with plain Apollo; undefined when that was not measured. */
  systemCpuRatio?: number;
}

/** Tables for people, and the same for machines. */
export function report(
  collected: readonly Collected[],
  planning: readonly PlanningMeasurement[],
  options: Options,
  isPinned: boolean,
) {
  const rows = collected.map(toRow);
  for (const row of rows) {
    const apollo = rows.find((one) => one.gateway === 'apollo' && one.workload === row.workload);
    if (!apollo) continue;
    if (!find(row.gateway).hostsSubgraphs) row.cpuRatio = cpuRatio(apollo, row);
    row.systemCpuRatio = medianRatio(systemCpu(apollo.rounds), systemCpu(row.rounds));
  }
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; Node ${process.version}; ${isPinned ? 'gateway on a core of its own' : 'NOT pinned to cores'}; load average ${loadBefore} before`;
  const parts = options.workloads.map(({ name, title }) => {
    const own = rows.filter(({ workload }) => workload === name);
    return `**Workload ${name}**: ${title}; answers of ${((own[0]?.answerBytes ?? 0) / 1_000).toFixed(0)} kB\n\n${table(own)}`;
  });
  const targets = judge(rows);
  const markdown = [
    `${machine}. Medians of ${options.rounds} interleaved rounds of ${options.seconds} s, ${options.connections} connections; ratios are medians of the rounds' own.`,
    ...parts,
    ...(rows.some(({ busy }) => busy < busyEnough)
      ? [
          '⚠ The gateway waited for the load generator, the subgraphs or its core: its CPU per request holds, its rate and latencies are a lower bound of what it can do.',
        ]
      : []),
    ...(rows.some(({ gateway }) => find(gateway).hostsSubgraphs)
      ? ['Where the subgraphs are in the gateway’s process, its CPU, memory and loop delay are theirs, too.']
      : []),
    ...(planning.length > 0 ? [planningTable(planning)] : []),
    ...(targets.length > 0 ? [targetTable(targets)] : []),
  ].join('\n\n');
  return {
    markdown,
    summary: { machine, at: new Date().toISOString(), options: plain(options), rows, targets },
  };
}

function toRow({ gateway, workload, plannedFetches, rounds }: Collected): Row {
  const middle = (key: keyof Measurement) => median(rounds.map((round) => round[key]));
  return {
    gateway,
    workload,
    plannedFetches,
    rounds,
    requestsPerSecond: middle('requestsPerSecond'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    cpuMsPerRequest: middle('cpuMsPerRequest'),
    systemCpuMsPerRequest: median(systemCpu(rounds)),
    subgraphsCpuMsPerRequest: middle('subgraphsCpuMsPerRequest'),
    loadCpuMsPerRequest: middle('loadCpuMsPerRequest'),
    busy: middle('busy'),
    peakRssBytes: middle('peakRssBytes'),
    loopDelayMs: middle('loopDelayMs'),
    fetchesPerRequest: middle('fetchesPerRequest'),
    answerBytes: middle('answerBytes'),
  };
}

interface Measured {
  rounds: readonly Measurement[];
}

/** How many times as much CPU one gateway spends as the other, per request, its subgraphs left out. */
export function cpuRatio(one: Measured, other: Measured): number {
  const [cpu, otherCpu] = [one, other].map(({ rounds }) =>
    rounds.map(({ cpuMsPerRequest }) => cpuMsPerRequest),
  );
  return medianRatio(cpu!, otherCpu!);
}

function systemCpu(rounds: readonly Measurement[]): number[] {
  return rounds.map(
    ({ cpuMsPerRequest, subgraphsCpuMsPerRequest }) => cpuMsPerRequest + subgraphsCpuMsPerRequest,
  );
}

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    find(row.gateway).title,
    find(row.gateway).hostsSubgraphs ? 'see next' : milliseconds(row.cpuMsPerRequest),
    times(row.cpuRatio),
    milliseconds(row.systemCpuMsPerRequest),
    times(row.systemCpuRatio),
    row.requestsPerSecond.toFixed(0),
    row.p50Ms.toFixed(1),
    row.p99Ms.toFixed(1),
    (row.peakRssBytes / 2 ** 20).toFixed(0),
    `${row.plannedFetches} / ${row.fetchesPerRequest.toFixed(1)}`,
    `${row.busy.toFixed(2)}${row.busy < busyEnough ? ' ⚠' : ''}`,
    row.loopDelayMs.toFixed(1),
    row.loadCpuMsPerRequest.toFixed(2),
  ]);
  return markdownTable(
    [
      'gateway',
      'CPU ms/req',
      'less than Apollo',
      'CPU ms/req with subgraphs',
      'less than Apollo',
      'req/s',
      'p50 ms',
      'p99 ms',
      'peak RSS MB',
      'fetches alone / under load',
      'core busy',
      'loop delay p99 ms',
      'load ms/req',
    ],
    lines,
  );
}

function find(name: string): Gateway {
  return gateways.find((gateway) => gateway.name === name)!;
}

/** With as many digits as mean something. */
export function milliseconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2);
}

function times(ratio: number | undefined): string {
  return ratio ? `${ratio.toFixed(ratio < 20 ? 1 : 0)}×` : '–';
}

function planningTable(planning: readonly PlanningMeasurement[]): string {
  const lines = planning.map(({ gateway, p99Ms, loopDelayMs, firstAnswerMs, planned }) => [
    find(gateway).title,
    p99Ms.quiet.toFixed(1),
    p99Ms.planning.toFixed(1),
    loopDelayMs.quiet.toFixed(1),
    loopDelayMs.planning.toFixed(1),
    firstAnswerMs.toFixed(0),
    String(planned),
  ]);
  return `**Planning**: a small known query, alone and while expensive operations arrive for the first time\n\n${markdownTable(
    [
      'gateway',
      'p99 ms',
      'while planning',
      'longest loop delay ms',
      'while planning',
      'first answer ms',
      'planned',
    ],
    lines,
  )}`;
}

function targetTable(targets: readonly Target[]): string {
  const lines = targets.map(({ title, wanted, found, isReached }) => [
    title,
    wanted,
    found,
    isReached ? 'reached' : '**missed**',
  ]);
  return markdownTable(['target', 'wanted', 'measured', ''], lines);
}

/** A table of which the first column is text and the others are figures. */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What is measured when the gateway waits for others is those others. */
const busyEnough = 0.9;

function plain({ gateways, workloads, ...rest }: Options) {
  return {
    ...rest,
    gateways: gateways.map(({ name }) => name),
    workloads: workloads.map(({ name }) => name),
  };
}
