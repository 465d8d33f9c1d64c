import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../processes/run.ts';

const groups = ['apps', 'packages', 'subgraphs', 'prisma'];
const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' };
let root: string;

/** A copy of this repository that shares the installed packages, as a fresh clone would have them. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kronos-new-'));
  const skipped = new Set(['node_modules', '.git', '.kronos', '.turbo', 'bench', 'e2e', 'docs']);
  const isCopied = (source: string) => source === repositoryRoot || !skipped.has(basename(source));
  await cp(repositoryRoot, root, { recursive: true, filter: isCopied });
  await run('git', ['init', '--quiet', root]);
  const modules = join(repositoryRoot, 'node_modules');
  await mkdir(join(root, 'node_modules', '@kronos'), { recursive: true });
  for (const name of await readdir(modules))
    if (name !== '@kronos' && name !== '.kronos')
      await symlink(join(modules, name), join(root, 'node_modules', name));
  for (const group of groups)
    for (const folder of await readdir(join(root, group))) await link(group, folder);
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function link(group: string, folder: string): Promise<void> {
  const { name } = JSON.parse(await readFile(join(root, group, folder, 'package.json'), 'utf8'));
  await symlink(join('..', '..', group, folder), join(root, 'node_modules', name));
  const own = join(repositoryRoot, group, folder, 'node_modules');
  const hasOwn = await readdir(own).catch(() => null);
  if (hasOwn) await symlink(own, join(root, group, folder, 'node_modules'));
}

const kronos = (...args: string[]) =>
  run(process.execPath, [join(root, 'apps/kronos/src/main.ts'), ...args], { cwd: root, env: environment });
const tool = (name: string, ...args: string[]) =>
  run(join(root, 'node_modules', '.bin', name), args, {
    cwd: root,
    env: { ...environment, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` },
  });

test('a new domain passes every check and its own test at once', { timeout: 180_000 }, async () => {
  const made = await kronos('new', 'inventory', '--aggregate', 'StockItem', '--no-install');
  expect(made.output).toContain('The domain inventory is there.');
  // What `npm install` does with a new workspace.
  await link('subgraphs', 'inventory');
  await link('prisma', 'inventory');

  const ours = ['subgraphs/inventory', 'prisma/inventory', 'packages/events/src/catalogue', 'compose.yaml'];
  const checks = await Promise.all([
    tool('tsc', '--noEmit', '-p', 'tsconfig.json'),
    tool('biome', 'check', ...ours.slice(0, 3)),
    tool('turbo', 'boundaries'),
    kronos('compose', '--check'),
  ]);
  const complaints = checks.map(({ output }) => output).join('\n');
  const aboutUs = complaints.split('\n').filter((line) => /inventory|stock-item/.test(line));
  // Turbo says that the lock file does not have the new workspaces: `npm install` would enter them.
  expect(aboutUs.filter((line) => !line.includes('not found in lockfile'))).toEqual([]);
  expect(checks[3]).toMatchObject({ code: 0 });

  const tests = await tool(
    'vitest',
    'run',
    'subgraphs/inventory',
    'packages/events/src/catalogue',
    'apps/kronos/src/repository',
  );
  expect(tests.output).toMatch(/^\d+ passed, 0 failed$/m);
  expect(tests.code).toBe(0);
});

test.each([
  ['a name that is there', ['users', '--aggregate', 'Group'], 'There is a domain users already'],
  ['a type that is there', ['people', '--aggregate', 'User'], 'The graph has a type User already'],
  ['a name of another shape', ['Stock', '--aggregate', 'Item'], '"Stock" cannot be a domain'],
  ['an aggregate of another shape', ['stock', '--aggregate', 'items'], '"items" cannot be an aggregate'],
  ['no aggregate and nobody to ask', ['stock'], 'Name the first aggregate'],
  ['a port that is none', ['stock', '--aggregate', 'Item', '--port', 'x'], '"x" is no port'],
])('refuses %s in one sentence, before anything is written', async (_what, args, sentence) => {
  const { code, output } = await kronos('new', ...args);
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toEqual([expect.stringContaining(sentence)]);
});
