import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The memory of one process, in bytes. */
export interface ProcessMemory {
  pid: number;
  command: string;
  /** Resident set: pages that processes share are counted in each of them. */
  rss: number;
  /** Proportional set: a shared page is divided among those who share it; null where the system does not tell. */
  pss: number | null;
}

/** A process and all that descend from it, with their memory. */
export function measureTree(root: number): ProcessMemory[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line)?.slice(1) ?? []);
  const members = new Set([root]);
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const [pid, parent] of table) if (members.has(Number(parent))) members.add(Number(pid));
  }
  return table
    .filter(([pid]) => members.has(Number(pid)))
    .map(([pid, , rss, command]) => ({
      pid: Number(pid),
      command: command ?? '',
      rss: Number(rss) * 1024,
      pss: proportionalSet(Number(pid)),
    }));
}

function proportionalSet(pid: number): number | null {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return kilobytes ? Number(kilobytes) * 1024 : null;
  } catch {
    return null;
  }
}
