import type { ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';

const rotationBytes = 10 << 20;

/**
 * Opens a log file to append to; one that has grown over 10 MiB becomes `<file>.1` first.
 *
 * @param onFault told once when it can no longer be written, as on a full disk; what it is sent then is lost
 */
export async function openLog(file: string, onFault: (error: Error) => void): Promise<WriteStream> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const size = await stat(file).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > rotationBytes) await rename(file, `${file}.1`);
  return createWriteStream(file, { flags: 'a', mode: 0o600 }).once('error', onFault);
}

/** Calls `onLine` with every whole line that a child process writes, and with the rest at its end. */
export function readLines(
  child: ChildProcess,
  onLine: (line: string, from: 'stdout' | 'stderr') => void,
): void {
  if (child.stdout) splitLines(child.stdout, (line) => onLine(line, 'stdout'));
  if (child.stderr) splitLines(child.stderr, (line) => onLine(line, 'stderr'));
}

function splitLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest) onLine(rest);
  });
}
