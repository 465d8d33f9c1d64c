import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** One process for ever: a process id alone is used again, after a reboot at the latest. */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

/**
 * The identity of a living process.
 *
 * @returns null when no process has this id, or only the remains of an ended one
 */
export async function identify(pid: number): Promise<ProcessIdentity | null> {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : await startFromPs(pid);
  return startedAt === null ? null : { pid, startedAt };
}

/** Whether the very process that was identified still lives. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const living = await identify(identity.pid);
  return living !== null && living.startedAt === identity.startedAt;
}

/** The command line of a living process, or null. */
export async function commandLine(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return readOrNull(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') ?? null;
  return ps(pid, 'args=');
}

/** The id of a living process' parent, or null. */
export async function parentOf(pid: number): Promise<number | null> {
  if (process.platform === 'linux') return Number(statFields(pid)?.[1]) || null;
  return Number(await ps(pid, 'ppid=')) || null;
}

// Slim container images have no `ps`; /proc is always there.
function startOnLinux(pid: number): string | null {
  const fields = statFields(pid);
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return null;
  const boot = readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return `${fields[19]}@${boot}`;
}

// The second field is the program's name in parentheses and may hold blanks: these are the ones behind it (proc(5)).
function statFields(pid: number): string[] | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

async function startFromPs(pid: number): Promise<string | null> {
  const line = await ps(pid, 'stat=,lstart=');
  if (!line || line.startsWith('Z')) return null;
  return line.replace(/^\S+\s+/, '');
}

async function ps(pid: number, format: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', format, '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
