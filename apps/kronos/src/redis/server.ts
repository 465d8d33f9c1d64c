import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface RedisOptions {
  /** Where the append-only file lies; null keeps nothing, for tests. */
  folder: string | null;
  port: number;
  password?: string;
  /** How many logical databases it has; 16 unless given. */
  databases?: number;
}

/** The `redis-server` (or its fork `valkey-server`) on the PATH, or null. */
export async function findRedisServer(path = process.env.PATH ?? ''): Promise<string | null> {
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of path.split(delimiter).filter(Boolean)) {
      const program = join(folder, name);
      const isThere = await access(program, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return program;
    }
  }
  return null;
}

/** Starts a real Redis as a child process; what it was sent less than a second before a power cut may be lost. */
export async function spawnRedis(program: string, options: RedisOptions): Promise<ChildProcess> {
  if (options.folder) await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const child = spawn(program, ['-'], {
    cwd: options.folder ?? '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdin?.on('error', () => undefined);
  // Through standard input: the arguments of a process are for everyone to read.
  child.stdin?.end(`${configuration(options).join('\n')}\n`);
  return child;
}

function configuration({ folder, port, password, databases }: RedisOptions): string[] {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    'save ""',
    'loglevel notice',
    ...(folder
      ? [`dir ${JSON.stringify(folder)}`, 'appendonly yes', 'appendfsync everysec']
      : ['appendonly no']),
    ...(databases ? [`databases ${databases}`] : []),
    ...(password ? [`requirepass ${password}`] : []),
  ];
}

/** Starts the Redis written in JavaScript, for development only: it keeps everything in memory. */
export function spawnDevelopmentRedis(options: RedisOptions): ChildProcess {
  const program = fileURLToPath(new URL('./development-server.ts', import.meta.url));
  return spawn(process.execPath, [program], {
    env: {
      ...process.env,
      KRONOS_DEVELOPMENT_REDIS: JSON.stringify({ port: options.port, password: options.password }),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
}
