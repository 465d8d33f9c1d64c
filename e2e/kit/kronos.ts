import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A whole Kronos of its own: PostgreSQL, Redis, subgraph host and gateway, as `npm start` makes it. */
export interface Kronos {
  /** The GraphQL endpoint. */
  readonly url: string;
  readonly port: number;
  readonly home: string;
  readonly administrator: { email: string; password: string };
  readonly process: ChildProcess;
  /** Everything that was printed so far. */
  output(): string;
  /** Ends the system in order and gives its exit code; its home stays. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Ends the system, if it still runs, and removes its home. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Variables of the machine that would make the system use services which it did not start. */
const foreignVariables =
  /^(KRONOS_|DATABASE_URL|REDIS_URL|LOG_LEVEL|NODE_ENV|VITEST|[A-Z]+_(DATABASE_URL|PORT|URL)$)/;

/** Starts a system and waits until it says that it is ready. */
export async function startKronos(
  options: { home?: string; port?: number; environment?: NodeJS.ProcessEnv } = {},
): Promise<Kronos> {
  const home = options.home ?? copyPreparedHome();
  const port = options.port ?? (await freePort());
  const running = launch({ home, port, environment: options.environment });
  const url = (await running.printed(/^Kronos is ready: (\S+)$/m))[1]!;
  const administrator = readAdministrator(home);

  return {
    url,
    port,
    home,
    administrator,
    process: running.child,
    output: running.output,
    stop: running.stop,
    async [Symbol.asyncDispose]() {
      await running.stop();
      if (!options.home) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A folder for a KRONOS_HOME that PostgreSQL's own user can enter. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'kronos-e2e-'));
  chmodSync(home, 0o711);
  return home;
}

const preparedHome = 'KRONOS_TEST_PREPARED_HOME';

/** A KRONOS_HOME with migrated and seeded databases, as a first start has made them; an empty one where none was prepared. */
export function copyPreparedHome(): string {
  const home = makeHome();
  const prepared = process.env[preparedHome];
  // As PostgreSQL's user owns its data, so it must own the copy.
  if (prepared) execFileSync('cp', ['-a', `${prepared}/.`, home]);
  return home;
}

/** Has a home made that `copyPreparedHome` copies, once for a run of the tests; gives what removes it. */
export async function prepareHome(): Promise<() => void> {
  if (process.env[preparedHome]) return () => undefined;
  const home = makeHome();
  const running = launch({ home, port: await freePort() });
  await running.printed(/✓ Seeds/);
  await running.stop();
  // Where PostgreSQL can only live outside of a home, copies would share its data.
  if (!existsSync(join(home, 'postgres-place.json'))) process.env[preparedHome] = home;
  return () => rmSync(home, { recursive: true, force: true });
}

/** Launches `kronos up` without waiting for it; for starts that are meant to fail, too. */
export function launch(options: { home: string; port: number; environment?: NodeJS.ProcessEnv }) {
  const inherited = Object.entries(process.env).filter(([name]) => !foreignVariables.test(name));
  const child = spawn(process.execPath, [join(root, 'apps/kronos/src/main.ts'), 'up'], {
    cwd: root,
    env: {
      ...Object.fromEntries(inherited),
      KRONOS_HOME: options.home,
      KRONOS_PORT: String(options.port),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const exit: Promise<number | null> = once(child, 'exit').then(([code]) => code);

  return {
    child,
    exit,
    output: () => text,
    /** Waits for what matches in its output. */
    async printed(pattern: RegExp): Promise<RegExpExecArray> {
      const signal = AbortSignal.timeout(150_000);
      for (;;) {
        const found = pattern.exec(text);
        if (found) return found;
        if (child.exitCode !== null || signal.aborted) throw new Error(`Kronos did not start:\n${text}`);
        await Promise.race([once(child.stdout, 'data', { signal }).catch(() => {}), exit]);
      }
    },
    async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exit;
    },
  };
}

function readAdministrator(home: string): Kronos['administrator'] {
  return JSON.parse(readFileSync(join(home, 'credentials.json'), 'utf8')).administrator;
}

/** A TCP port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no address');
  return address.port;
}
