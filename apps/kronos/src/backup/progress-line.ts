import type { BackupProgress, OnProgress } from '@kronos/backup';
import { readableBytes } from './readable-bytes.ts';

const barWidth = 24;
const redrawMs = 100;
const lineMs = 10_000;

/** Where progress is shown: a terminal, or a file that somebody reads later. */
export interface ProgressOutput {
  isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Shows how far work is: in a terminal a bar that moves, elsewhere a line every ten seconds.
 *
 * @param title what is done, such as `Backup`
 */
export function createProgressLine(
  title: string,
  output: ProgressOutput = process.stderr,
): { onProgress: OnProgress; end(): void } {
  const everyMs = output.isTTY ? redrawMs : lineMs;
  let shownAt = output.isTTY ? Number.NEGATIVE_INFINITY : performance.now();
  let last: BackupProgress | undefined;

  function show(progress: BackupProgress): void {
    shownAt = performance.now();
    const line = describe(title, progress);
    output.write(output.isTTY ? `\r\u001B[2K${bar(progress)} ${line}` : `${line}\n`);
  }

  return {
    onProgress(progress) {
      last = progress;
      if (performance.now() - shownAt >= everyMs) show(progress);
    },
    end() {
      if (!output.isTTY) return;
      if (last) show(last);
      output.write('\n');
    },
  };
}

function describe(title: string, { domain, table, done, total, bytes }: BackupProgress): string {
  const where = [domain, table].filter(Boolean).join('.');
  return `${title}: ${done} of ${total} tables, ${readableBytes(bytes)}${where && `, ${where}`}`;
}

function bar({ done, total }: BackupProgress): string {
  const filled = total === 0 ? barWidth : Math.round((barWidth * done) / total);
  return `[${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}]`;
}
