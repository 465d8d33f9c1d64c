import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, signUp } from '../kit/client.ts';
import { createEvent } from '../kit/graph.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';
import { descendant } from '../kit/processes.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const { PATH, NODE_COMPILE_CACHE } = process.env;
const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** A service that resumes, as the README has it. */
const service = /## Live events that resume\n[\s\S]*?```js\n([\s\S]*?)```/.exec(readme)![1]!;

let kronos: Kronos;
let ada: Person;
let folder: string;
const consumers: Consumer[] = [];

beforeAll(async () => {
  kronos = await startKronos();
  ada = await signUp('Ada', kronos.url);
  folder = mkdtempSync(join(tmpdir(), 'kronos-resume-'));
});
afterAll(async () => {
  for (const consumer of consumers) consumer.kill();
  await kronos?.[Symbol.asyncDispose]();
  if (folder) rmSync(folder, { recursive: true });
});

/** A process that prints a line for each event, and is started again with what it has kept. */
class Consumer {
  readonly titles: string[] = [];
  readonly #arguments: string[];
  readonly #titleOf: (line: string) => string;
  #errors = '';
  #process: ChildProcess | undefined;

  constructor(commandLine: string[], titleOf: (line: string) => string) {
    this.#arguments = commandLine;
    this.#titleOf = titleOf;
    consumers.push(this);
  }

  start(): void {
    const child = spawn(process.execPath, this.#arguments, {
      cwd: root,
      env: { PATH, NODE_COMPILE_CACHE, KRONOS_HOME: kronos.home, KRONOS_TOKEN: ada.token, TOKEN: ada.token },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      this.titles.push(...lines.map(this.#titleOf));
    });
    child.stderr.on('data', (chunk) => (this.#errors += chunk));
    this.#process = child;
  }

  async stop(signal: NodeJS.Signals): Promise<unknown[]> {
    const exit = once(this.#process!, 'close');
    this.#process!.kill(signal);
    return exit;
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  /** Waits until everything that was committed has been printed, and nothing else has. */
  async hearsAll(): Promise<void> {
    const committed = await committedTitles();
    await waitUntil(() => this.titles.length >= committed.length || this.#hasEnded()).catch(() => undefined);
    expect(this.titles, this.#errors).toEqual(committed);
  }

  #hasEnded(): boolean {
    return this.#process!.exitCode !== null;
  }
}

let attempts = 0;
/** Creates so many events, whatever is away meanwhile; an attempt without an answer may have made one, too. */
async function publish(count: number): Promise<void> {
  for (let published = 0; published < count; ) {
    attempts++;
    const event = await createEvent(ada, { title: `Event ${attempts}` }).catch(() => undefined);
    if (event) published++;
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What is in the database, in the order in which it came there. */
async function committedTitles(): Promise<string[]> {
  const { events } = await ada.data('{ events(first: 100, query: "Event") { totalCount nodes { title } } }');
  expect(events.nodes).toHaveLength(events.totalCount);
  const numberOf = (title: string) => Number(title.replace('Event ', ''));
  return events.nodes
    .map(({ title }: { title: string }) => title)
    .sort((one: string, other: string) => numberOf(one) - numberOf(other));
}

async function restartGateway(signal: NodeJS.Signals): Promise<void> {
  const before = gatewayPid();
  process.kill(before!, signal);
  await waitUntil(async () => {
    const ready = await fetch(new URL('/ready', kronos.url)).catch(() => undefined);
    return ready?.status === 200 && gatewayPid() !== before;
  });
}

/** Undefined in the moment in which there is none. */
function gatewayPid(): number | undefined {
  try {
    return descendant(kronos.process.pid!, /gateway\/src\/main/).pid;
  } catch {
    return undefined;
  }
}

test('kronos listen and the service of the README hear every event once, through restarts of the gateway and their own', async () => {
  const document = 'subscription { eventCreated { event { title } } }';
  const listener = new Consumer(
    [join(root, 'apps/kronos/src/main.ts'), 'listen', document, '--cursor-file', join(folder, 'listener')],
    (line) => JSON.parse(line).data.eventCreated.event.title,
  );
  const code = service
    .replace('http://localhost:4000/graphql', kronos.url)
    .replace("'events.cursor'", JSON.stringify(join(folder, 'service')));
  const reader = new Consumer(['--input-type=module', '--eval', code], (line) => line.replace(/^\d+ /, ''));
  const both = [listener, reader];

  // A position is kept as soon as a subscription stands: from then on nothing is missed.
  for (const consumer of both) consumer.start();
  await waitUntil(() => ['listener', 'service'].every((name) => positionIn(name) !== undefined));
  await publish(10);
  for (const consumer of both) await consumer.hearsAll();

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const storm = publish(20);
    await restartGateway(signal);
    await storm;
    await publish(5);
    for (const consumer of both) await consumer.hearsAll();
  }

  expect(await listener.stop('SIGINT')).toEqual([0, null]);
  // What a consumer has asked the next event after is behind it, however it ends.
  await waitUntil(() => positionIn('service') === positionIn('listener'));
  await reader.stop('SIGKILL');
  await publish(10);
  const restarted = restartGateway('SIGTERM');
  for (const consumer of both) consumer.start();
  await restarted;
  for (const consumer of both) await consumer.hearsAll();
  expect(await listener.stop('SIGINT')).toEqual([0, null]);
});

function positionIn(name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return undefined;
  }
}
