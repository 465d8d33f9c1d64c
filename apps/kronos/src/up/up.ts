import { sentenceFor } from '../failure.ts';
import { createTerminal, type Terminal } from '../terminal.ts';
import { readPlan } from './environment.ts';
import { watchNpm } from './npm-watch.ts';
import { startSystem } from './start-system.ts';

/**
 * `kronos up`: starts the whole system and keeps it running until SIGINT, SIGTERM, SIGHUP or the end of the process that
 * started it. Ends with exit code 0 after an orderly end, 1 when the start failed; nothing is left running either way.
 */
export async function up(
  options: { isWatching: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const terminal = createTerminal();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  process.on('disconnect', () => stop.abort());
  process.on('uncaughtException', (error) => fail(error, stop));
  // A closed terminal must not end the supervisor before it has stopped the parts.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort());
  watchNpm(() => stop.abort());

  const undo = new AsyncDisposableStack();
  try {
    const plan = await readPlan(environment);
    terminal.say(`Kronos starts in ${plan.KRONOS_HOME}`);
    await startSystem({ plan, environment, terminal, ...options, signal: stop.signal, undo });
    await aborted(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) fail(error, stop);
  }
  await end(undo, terminal);
}

async function end(undo: AsyncDisposableStack, terminal: Terminal): Promise<void> {
  if (process.exitCode !== 1) terminal.say('\nKronos is stopping …');
  await undo.disposeAsync().catch((error) => fail(error));
  if (process.exitCode !== 1) terminal.say('Kronos has stopped.');
  process.exit();
}

function fail(error: unknown, stop?: AbortController): void {
  process.exitCode = 1;
  const sentence = sentenceFor(error) ?? (error instanceof Error ? error.stack : String(error));
  process.stderr.write(`${sentence}\n`);
  stop?.abort();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // Nothing else may keep the process alive while every part is a child that has its own pipes.
    const heartbeat = setInterval(() => undefined, 1 << 30);
    const done = () => {
      clearInterval(heartbeat);
      resolve();
    };
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
