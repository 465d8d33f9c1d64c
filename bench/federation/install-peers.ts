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
  // A lock file that was written on another platform may lack this one's optional binaries: `npm ci` refuses it then.
  const isInstalled = ['ci', 'install'].some((command) => runNpm(command));
  if (!isInstalled) throw new Error('npm could not install bench/peers: look at its errors');
}

function runNpm(command: string): boolean {
  const args = [command, '--no-audit', '--no-fund'];
  return spawnSync('npm', args, { cwd: folder, stdio: 'inherit' }).status === 0;
}
