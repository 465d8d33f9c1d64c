import { EnvironmentError } from '@kronos/service/environment';
import { StartError } from '@kronos/service/run-service';

/**
 * One clear sentence for a failure that a human can mend, or null for one that is a fault of ours.
 *
 * @param error whatever was thrown
 */
export function sentenceFor(error: unknown): string | null {
  if (error instanceof EnvironmentError) return error.message;
  if (!(error instanceof Error)) return null;
  if (/ENOSPC|No space left on device/i.test(`${(error as NodeJS.ErrnoException).code} ${error.message}`))
    return diskFull(error);
  // By its name: only the commands that work on backups carry their code.
  if (error instanceof StartError || error.name === 'BackupFault') return error.message;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM')
    return `This user may not ${syscall ?? 'use'} ${path}: choose another KRONOS_HOME or mend its owner and mode.`;
  if (code === 'EROFS') return `${path} is on a read-only file system: choose another KRONOS_HOME.`;
  if (code === 'EDQUOT')
    return `This user's disk quota is used up (${path}): free some space and start again.`;
  return null;
}

function diskFull(error: Error): string {
  const { path } = error as NodeJS.ErrnoException;
  const what = path
    ? `the disk of ${path} is full`
    : `a disk is full (${error.message.trim().replace(/\.$/, '')})`;
  return `There is no space left: ${what}. Free some space and start again.`;
}
