import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** Every process of the machine. */
export function processes(): Process[] {
  const list = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return [...list.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)].map(([, pid, parent, command]) => ({
    pid: Number(pid),
    parent: Number(parent),
    command: command!,
  }));
}

/** The process that `ancestor` started, itself or through others, whose command line matches. */
export function descendant(ancestor: number, command: RegExp): Process {
  const all = processes();
  const family = new Set([ancestor]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const each of all) if (family.has(each.parent)) family.add(each.pid);
  }
  const found = all.find(
    (each) => each.pid !== ancestor && family.has(each.pid) && command.test(each.command),
  );
  if (!found) throw new Error(`no process of ${ancestor} matches ${command}`);
  return found;
}

/** Processes whose command line or environment names `text`, this one excepted. */
export function processesThatName(text: string): Process[] {
  return processes().filter(
    ({ pid, command }) =>
      pid !== process.pid && (command.includes(text) || environmentOf(pid).includes(text)),
  );
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
