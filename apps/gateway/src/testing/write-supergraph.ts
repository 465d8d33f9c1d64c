import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes a supergraph to a file in a folder of its own. */
export function writeSupergraph(sdl: string): { file: string; folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'kronos-gateway-'));
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, sdl);
  return { file, folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
