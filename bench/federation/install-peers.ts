import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../peers/', import.meta.url));

/**
 * Installs what bench/peers/package-lock.json says, unless it is there.
 *
 * @throws Error when npm could not
 */
export function installPeers(): void {
  const record = `${folder}node_modules/.package-lock.json`;
  const isCurrent =
    existsSync(record) && statSync(record).mtimeMs >= statSync(`${folder}package-lock.json`).mtimeMs;
  if (isCurrent) return;
  console.log('installing the other gateways, about 500 MB, into bench/peers');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error('npm could not install bench/peers: look at its errors');
}
