import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import getPort from 'get-port';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mainFile } from '../processes/command.ts';
import { httpGet } from '../processes/http.ts';
import { run } from '../processes/run.ts';
import { temporaryHome } from '../testing/temporary-home.ts';

/** An environment in which nothing of the machine's or the suite's own stands for a service. */
function environmentOf(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, ...variables };
}

interface System {
  child: ChildProcess;
  output(): string;
  exit: Promise<number | null>;
}

function up(variables: NodeJS.ProcessEnv): System {
  const child = spawn(process.execPath, [mainFile, 'up'], {
    env: environmentOf(variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (text += part));
  return { child, output: () => text, exit: once(child, 'close').then(([code]) => code as number | null) };
}

async function ready(system: System): Promise<string> {
  const isOver = system.exit.then(() => {
    throw new Error(`Kronos did not start:\n${system.output()}`);
  });
  const url = vi.waitFor(
    () => {
      const found = /^Kronos is ready: (\S+)\n$/m.exec(system.output())?.[1];
      if (!found) throw new Error(`Kronos is not ready:\n${system.output()}`);
      return found;
    },
    { timeout: 120_000, interval: 50 },
  );
  isOver.catch(() => undefined);
  return Promise.race([url, isOver]);
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`) || isSignalled(pid);
function isSignalled(pid: number): boolean {
  if (process.platform === 'linux') return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function partPids(home: string): Promise<Record<string, number>> {
  const files = readdirSync(join(home, 'parts'));
  const entries = files.map(async (file) => [
    file.replace('.json', ''),
    JSON.parse(await readFile(join(home, 'parts', file), 'utf8')).pid as number,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

describe('a running system', () => {
  const home = temporaryHome();
  let variables: NodeJS.ProcessEnv;
  let system: System;
  let url: string;

  beforeAll(async () => {
    variables = { KRONOS_HOME: home.folder, KRONOS_PORT: String(await getPort({ host: '127.0.0.1' })) };
    system = up(variables);
    url = await ready(system);
  }, 130_000);
  afterAll(async () => {
    system.child.kill('SIGTERM');
    await system.exit;
    await home[Symbol.asyncDispose]();
  });

  test('says where everything is, last of all that it is ready', async () => {
    const { administrator } = JSON.parse(await readFile(join(home.folder, 'credentials.json'), 'utf8'));
    expect(url).toBe(`http://localhost:${variables.KRONOS_PORT}/graphql`);
    for (const fact of [url, '/explorer', 'Sandbox', administrator.email, administrator.password])
      expect(system.output()).toContain(fact);
    expect(system.output().endsWith(`Kronos is ready: ${url}\n`)).toBe(true);
    expect((await httpGet(`http://127.0.0.1:${variables.KRONOS_PORT}/ready`)).status).toBe(200);
  });

  test('refuses a second start in the same home, naming the first', async () => {
    const second = up({ ...variables, KRONOS_PORT: '0' });
    expect(await second.exit).toBe(1);
    expect(second.output()).toContain(`Kronos runs already in ${home.folder}: process ${system.child.pid}`);
    expect(second.output()).toContain(url);
  });

  test('is what the other commands work on', async () => {
    const { code, output } = await run(process.execPath, [mainFile, 'migrate', 'status'], {
      env: environmentOf(variables),
    });
    expect(code).toBe(0);
    expect(output).toMatch(/^auth: \d+ applied, 0 pending$/m);
    expect(output).not.toContain('PostgreSQL');
  });

  test.each(['redis', 'subgraphs', 'gateway', 'postgres'])(
    'starts %s again when it is killed',
    async (name) => {
      const before = (await partPids(home.folder))[name]!;
      process.kill(before, 'SIGKILL');
      await vi.waitFor(
        async () => {
          expect((await partPids(home.folder))[name]).not.toBe(before);
          expect((await httpGet(`http://127.0.0.1:${variables.KRONOS_PORT}/ready`)).status).toBe(200);
        },
        { timeout: 30_000, interval: 100 },
      );
      expect(system.output()).toMatch(/has ended unexpectedly \(SIGKILL\); it is started again/);
    },
  );

  // Another start is in it, which takes as long as the first.
  test('recovers after kill -9 of the supervisor, and leaves nothing when it is stopped', {
    timeout: 120_000,
  }, async () => {
    const before = await partPids(home.folder);
    system.child.kill('SIGKILL');
    await system.exit;
    await vi.waitFor(
      () => expect([before.gateway, before.subgraphs].filter((pid) => isAlive(pid!))).toEqual([]),
      {
        timeout: 15_000,
      },
    );

    system = up(variables);
    await ready(system);
    const parts = Object.values(await partPids(home.folder));
    expect(parts).toHaveLength(4);
    expect(system.output()).toContain('Stopped what the last run left behind');
    // The databases are those of the first start: there was nothing to migrate.
    expect(system.output()).toContain('✓ Migrations\n');

    const begin = performance.now();
    system.child.kill('SIGINT');
    system.child.kill('SIGINT');
    expect(await system.exit).toBe(0);
    expect(performance.now() - begin).toBeLessThan(8_000);
    expect(parts.filter(isAlive)).toEqual([]);
    expect(readdirSync(home.folder)).not.toEqual(expect.arrayContaining(['lock']));
    expect(existsSync(join(home.folder, 'run.json'))).toBe(false);
  });
});

describe('a start that cannot be', () => {
  async function refused(variables: NodeJS.ProcessEnv): Promise<string> {
    await using home = temporaryHome();
    const system = up({ KRONOS_HOME: home.folder, KRONOS_PORT: '0', ...variables });
    expect(await system.exit).toBe(1);
    expect(existsSync(join(home.folder, 'lock'))).toBe(false);
    expect(existsSync(join(home.folder, 'parts')) ? readdirSync(join(home.folder, 'parts')) : []).toEqual([]);
    return system.output();
  }

  test('names the port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await refused({ KRONOS_PORT: String(port) })).toMatch(
      new RegExp(
        `\nPort ${port} is taken by another process: end it, or set KRONOS_PORT to another port.\n$`,
      ),
    );
    server.close();
  });

  // These wait for what refuses: together.
  test.concurrent('names the database that refuses', async () => {
    const output = await refused({ DATABASE_URL: 'postgresql://me:hidden@127.0.0.1:1/postgres' });
    expect(output).toMatch(
      /\nPostgreSQL at 127\.0\.0\.1:1\/postgres cannot be used as me: .*ECONNREFUSED.*\n$/,
    );
    expect(output).not.toContain('hidden');
  });

  test.concurrent('names the Redis that refuses', async () => {
    expect(await refused({ REDIS_URL: 'redis://127.0.0.1:1' })).toContain(
      '\nRedis at 127.0.0.1:1 cannot be used (ECONNREFUSED): check REDIS_URL.\n',
    );
  });

  test('names every fault of the environment', async () => {
    const output = await refused({ KRONOS_PORT: '4e9', REDIS_URL: 'x', KRONOS_MAX_DEPTH: '-1' });
    for (const name of ['KRONOS_PORT', 'REDIS_URL', 'KRONOS_MAX_DEPTH'])
      expect(output).toContain(`  ${name} is `);
  });

  test('says when KRONOS_HOME cannot be a folder', async () => {
    await using home = temporaryHome();
    const file = join(home.folder, 'file');
    await writeFile(file, '');
    const system = up({ KRONOS_HOME: join(file, 'home'), KRONOS_PORT: '0' });
    expect(await system.exit).toBe(1);
    expect(system.output()).toMatch(/KRONOS_HOME \(.*file\/home\) cannot be made: /);
  });

  const isRoot = process.getuid?.() === 0 && process.platform === 'linux';
  test.runIf(isRoot)('says that the disk is full', async () => {
    await using home = temporaryHome();
    const { code } = await run('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=711', 'tmpfs', home.folder]);
    if (code !== 0) return;
    try {
      const system = up({ KRONOS_HOME: home.folder, KRONOS_PORT: '0' });
      expect(await system.exit).toBe(1);
      const last = system.output().trim().split('\n').at(-1);
      expect(last).toMatch(/^There is no space left: .*Free some space and start again\.$/);
    } finally {
      await run('umount', [home.folder]);
    }
  });
});
