import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../federation/processes/free-port.ts';

/** A PostgreSQL with all its programs, those of the client, too: the system's own. */
export interface SystemPostgres {
  version: string;
  /** Where `pg_dump` and `pg_restore` are. */
  programs: string;
  url: string;
  /** What all backends that have ended have used, in seconds. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

const root = '/usr/lib/postgresql';

/**
 * Starts the newest PostgreSQL that Debian has installed, in a folder of its own, as durable as it comes. The one of this
 * repository's packages has no `pg_dump`, and `pg_dump` refuses a server that is newer than itself.
 *
 * @throws Error when there is none
 */
export async function startSystemPostgres(folder: string): Promise<SystemPostgres> {
  const version = (existsSync(root) ? readdirSync(root) : [])
    .filter((name) => existsSync(join(root, name, 'bin', 'initdb')))
    .sort((one, other) => Number(one) - Number(other))
    .at(-1);
  if (!version)
    throw new Error('There is no PostgreSQL with pg_dump here: apt-get install postgresql, or the like.');
  const programs = join(root, version, 'bin');
  const account = accountOf('postgres');
  const [data, passwordFile] = [join(folder, 'postgres'), join(folder, 'password')];
  mkdirSync(data);
  writeFileSync(passwordFile, 'bench');
  chmodSync(folder, 0o711);
  for (const path of [data, passwordFile]) chownSync(path, account.uid, account.gid);
  const as = process.getuid?.() === 0 ? account : {};
  const made = spawnSync(
    join(programs, 'initdb'),
    [
      `--pgdata=${data}`,
      `--pwfile=${passwordFile}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--locale=C.UTF-8',
    ],
    { cwd: '/', ...as },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await findFreePort();
  const settings = {
    ...{ listen_addresses: '127.0.0.1', unix_socket_directories: '', port, shared_buffers: '128MB' },
    ...{ wal_level: 'minimal', max_wal_senders: 0, max_wal_size: '2GB', autovacuum: 'off', jit: 'off' },
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(programs, 'postgres'), ['-D', data, ...flags], {
    cwd: '/',
    stdio: 'ignore',
    ...as,
  });
  const url = `postgresql://postgres:bench@127.0.0.1:${port}/postgres`;
  while (spawnSync(join(programs, 'pg_isready'), ['-d', url]).status !== 0) {
    if (child.exitCode !== null) throw new Error('PostgreSQL has ended.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    ...{ version, programs, url },
    cpuSeconds: () => cpuOfChildren(child.pid!),
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGQUIT');
      await exit;
    },
  };
}

function accountOf(name: string): { uid: number; gid: number } {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, name]).stdout.toString()));
  return { uid: uid!, gid: gid! };
}

const ticksPerSecond = 100;

/** What children of a process have used that it has waited for (proc(5): `cutime`, `cstime`). */
function cpuOfChildren(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
