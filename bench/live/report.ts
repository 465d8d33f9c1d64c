import { cpus, loadavg } from 'node:os';
import type { Commits } from './commit/measure-commits.ts';
import type { Options } from './options.ts';
import { type Row, toRow } from './rows.ts';
import type { Collected } from './run-rounds.ts';
import { judge, type Target } from './targets.ts';

// Before the bench itself is what keeps the machine busy.
const loadBefore = loadavg()[0]!.toFixed(1);
/** What is measured when the server waits for others is those others. */
const busyEnough = 0.9;

export interface Findings {
  collected: readonly Collected[];
  commits: Commits | undefined;
  isPinned: boolean;
  options: Options;
}

/** Tables for people, and the same for machines. */
export function report({ collected, commits, isPinned, options }: Findings) {
  const rows = collected.map(toRow);
  const targets = judge(rows, commits);
  const pinned = isPinned ? 'server on a core of its own' : 'NOT pinned to cores';
  const machine = [
    `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
    `Node ${process.version}`,
    ...(rows.length > 0 ? [pinned] : []),
    `load average ${loadBefore} before`,
  ].join('; ');
  const { rounds, seconds, inFlight, pacedDeliveriesPerSecond } = options;
  const parts = [
    ...(rows.length > 0
      ? [
          `${machine}. Medians of ${rounds} interleaved rounds, each in a new process: ${seconds} s at ${pacedDeliveriesPerSecond.toLocaleString('en')} deliveries/s for latency, ${seconds} s with ${inFlight} events in flight for the rest. Every subscriber got every event once and in order.`,
          rowTable(rows),
        ]
      : [`${machine}.`]),
    ...(rows.some(({ busy }) => busy < busyEnough)
      ? [
          '⚠ The server waited for the subscribers, the source or its core: its CPU per delivery and what it could deliver per core hold, its rate and latencies are a bound of what it can do.',
        ]
      : []),
    ...(commits ? [commitTable(commits)] : []),
    ...(targets.length > 0 ? [targetTable(targets)] : []),
  ];
  return {
    markdown: parts.join('\n\n'),
    summary: { machine, at: new Date().toISOString(), options, rows, targets },
  };
}

function rowTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.scenario.title,
    row.server.title,
    row.cpuUsPerDelivery.toFixed(1),
    aboveFloor(row, rows),
    thousands(row.deliveriesPerCoreSecond),
    thousands(row.deliveriesPerSecond),
    row.p50Ms.toFixed(1),
    row.p99Ms.toFixed(1),
    row.pacedEventsPerSecond.toFixed(1),
    (row.rssBytesPerSubscriber / 1_024).toFixed(1),
    (row.loadedRssBytesPerSubscriber / 1_024).toFixed(1),
    `${row.busy.toFixed(2)}${row.busy < busyEnough ? ' ⚠' : ''}`,
    (row.loadCpuUsPerDelivery + row.sourceCpuUsPerDelivery).toFixed(1),
  ]);
  const head = [
    'subscribers',
    'server',
    'CPU µs/delivery',
    'above Node’s own',
    'deliveries/s and core',
    'deliveries/s',
    'p50 ms',
    'p99 ms',
    'at events/s',
    'RSS KiB each',
    'after load',
    'core busy',
    'load µs/delivery',
  ];
  return markdownTable(head, lines, 2);
}

/** What a server spends on top of the least that Node needs for as many subscribers. */
function aboveFloor({ server, scenario, cpuUsPerDelivery }: Row, rows: readonly Row[]): string {
  const bare = rows.filter((row) => row.server.isBare && row.scenario.subscribers === scenario.subscribers);
  if (server.isBare || bare.length === 0) return '–';
  return (cpuUsPerDelivery - Math.min(...bare.map((row) => row.cpuUsPerDelivery))).toFixed(1);
}

function commitTable({ fromCommit, fromWriting, fromRequest, commits }: Commits): string {
  const head = [`one commit to one subscriber, ${commits} times`, 'p50 ms', 'p99 ms'];
  const lines = [
    ['from the commit', fromCommit],
    ['from writing the row', fromWriting],
    ['from sending the mutation', fromRequest],
  ] as const;
  const cells = lines.map(([title, { p50Ms, p99Ms }]) => [title, p50Ms.toFixed(1), p99Ms.toFixed(1)]);
  return markdownTable(head, cells, 1);
}

function targetTable(targets: readonly Target[]): string {
  const lines = targets.map(({ title, wanted, found, isReached }) => [
    title,
    wanted,
    found,
    isReached ? 'reached' : '**missed**',
  ]);
  return markdownTable(['target', 'wanted', 'measured', ''], lines, 1);
}

/** @param names how many columns from the left are words, not figures */
function markdownTable(
  head: readonly string[],
  lines: readonly (readonly string[])[],
  names: number,
): string {
  const rule = head.map((_, column) => (column < names ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function thousands(value: number): string {
  return `${(value / 1_000).toFixed(value < 10_000 ? 1 : 0)} k`;
}
