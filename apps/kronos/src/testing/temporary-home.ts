import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that lives as long as the test; PostgreSQL's user may enter it, and nobody read it. */
export function temporaryHome(): { folder: string; [Symbol.asyncDispose](): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'kronos-test-'));
  chmodSync(folder, 0o711);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
