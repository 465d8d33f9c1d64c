import { cpuRatio, type Row } from './report.ts';

/** What is wanted of Kronos, and what was found. */
export interface Target {
  title: string;
  wanted: string;
  found: string;
  isReached: boolean;
}

/** Judges those targets of which both sides were measured. */
export function judge(rows: readonly Row[]): Target[] {
  const find = (gateway: string, workload: string) =>
    rows.find((row) => row.gateway === gateway && row.workload === workload);
  const lessCpu = (gateway: string, workload: string, times: number): Target[] => {
    const ratio = find(gateway, workload)?.cpuRatio;
    if (!ratio) return [];
    return [
      {
        title: `${workload}: CPU of ${gateway} against apollo`,
        wanted: `≥ ${times}× less`,
        found: `${ratio.toFixed(1)}×`,
        isReached: ratio >= times,
      },
    ];
  };
  const ahead = (workload: string, key: 'cpuMsPerRequest' | 'p99Ms', title: string): Target[] => {
    const [ours, rust] = [find('ours', workload), find('hive-rust', workload)];
    if (!ours || !rust) return [];
    return [
      {
        title: `${workload}: ${title} of ours against hive-rust`,
        wanted: 'less',
        found: `${ours[key].toFixed(2)} to ${rust[key].toFixed(2)} ms`,
        isReached: ours[key] < rust[key],
      },
    ];
  };
  const onTop = (gateway: string, workload: string): Target[] => {
    const [whole, engine] = [find(gateway, workload), find('engine', workload)];
    if (!whole || !engine) return [];
    const share = cpuRatio(whole, engine) - 1;
    return [
      {
        title: `${workload}: request path of ${gateway} on top of the bare engine`,
        wanted: '< 15 %',
        found: `${(share * 100).toFixed(1)} %`,
        isReached: share < 0.15,
      },
    ];
  };
  return [
    ...lessCpu('ours', 'A', 10),
    ...lessCpu('ours', 'B', 7),
    ...lessCpu('ours-sharing', 'A', 100),
    ...['A', 'B'].flatMap((workload) => [
      ...ahead(workload, 'cpuMsPerRequest', 'CPU'),
      ...ahead(workload, 'p99Ms', 'p99'),
    ]),
    ...['A', 'B'].flatMap((workload) => [...onTop('ours', workload), ...onTop('ours-token', workload)]),
  ];
}
