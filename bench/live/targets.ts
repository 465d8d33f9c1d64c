import type { Commits } from './commit/measure-commits.ts';
import type { Row } from './rows.ts';

/** What is wanted of Kronos, and what was found. */
export interface Target {
  title: string;
  wanted: string;
  found: string;
  isReached: boolean;
}

const many = 5_000;

/** Judges those targets whose scenario was measured. */
export function judge(rows: readonly Row[], commits: Commits | undefined): Target[] {
  const grouped = rows.filter(
    ({ server, scenario }) =>
      server.name === 'ours' && scenario.scopes === 0 && scenario.subscribers === many,
  );
  return [...grouped.flatMap(judgeGrouped), ...(commits ? [judgeCommits(commits)] : [])];
}

function judgeGrouped(row: Row): Target[] {
  const { title } = row.scenario;
  const rssKiB = row.rssBytesPerSubscriber / 1_024;
  return [
    {
      title: `${title}: deliveries per second and core`,
      wanted: '≥ 100,000',
      found: row.deliveriesPerCoreSecond.toFixed(0),
      isReached: row.deliveriesPerCoreSecond >= 100_000,
    },
    {
      title: `${title}: CPU per delivery`,
      wanted: '< 9 µs',
      found: `${row.cpuUsPerDelivery.toFixed(1)} µs`,
      isReached: row.cpuUsPerDelivery < 9,
    },
    {
      title: `${title}: RSS per subscriber`,
      wanted: '< 40 KiB',
      found: `${rssKiB.toFixed(1)} KiB`,
      isReached: rssKiB < 40,
    },
  ];
}

function judgeCommits({ fromCommit }: Commits): Target {
  return {
    title: 'one commit to one subscriber, p50',
    wanted: '< 5 ms',
    found: `${fromCommit.p50Ms.toFixed(1)} ms`,
    isReached: fromCommit.p50Ms < 5,
  };
}
