import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '@kronos/service/run-service';
import type { Terminal } from '../terminal.ts';
import { identify } from './identity.ts';
import { forgetPart, recordPart } from './left-overs.ts';
import { openLog, readLines } from './output.ts';
import { createRepeatFilter, readableWarning } from './readable-log.ts';
import { stopProcess } from './stop.ts';

/** A process that the supervisor keeps running. */
export interface PartDefinition {
  /** Names its log file, e.g. `postgres`. */
  name: string;
  /** Names it to people, e.g. `PostgreSQL`. */
  title: string;
  spawn(): ChildProcess | Promise<ChildProcess>;
  /** Resolves once it serves; rejects when it never will. */
  ready(signal: AbortSignal): Promise<void>;
  stopSignal: NodeJS.Signals;
  /** How long it may take to stop before it is killed, in milliseconds. */
  patienceMs: number;
}

/** What the parts of one system share. */
export interface Surroundings {
  home: string;
  terminal: Terminal;
  /** Ends a start that is under way. */
  signal: AbortSignal;
}

/** A part that is kept running until it is stopped. */
export interface Part {
  stop(): Promise<void>;
  /** Ends the process, in whose place a new one is started. */
  restart(): Promise<void>;
}

interface Launch {
  child: ChildProcess;
  exit: Promise<string>;
  /** The last lines of standard error. */
  complaint(): string;
}

const backOffMs = [100, 500, 1_000, 2_000, 5_000, 10_000];

/**
 * Starts a part and, whenever it dies from then on, starts it again.
 *
 * @returns once it serves for the first time
 * @throws StartError with what it complained of when its first start fails; nothing is left running then
 */
export async function startPart(definition: PartDefinition, surroundings: Surroundings): Promise<Part> {
  const { home, terminal, signal } = surroundings;
  const { name, title } = definition;
  const stopping = new AbortController();
  const log = await openLog(join(home, 'logs', `${name}.log`), (error) =>
    terminal.warn(`The log of ${title} cannot be written: ${error.message}`),
  );
  const mayShow = createRepeatFilter();

  async function launch(): Promise<Launch> {
    const child = await definition.spawn();
    const errors: string[] = [];
    readLines(child, (line, from) => {
      if (!log.errored) log.write(`${line}\n`);
      if (from === 'stderr') errors.push(line);
      if (errors.length > 20) errors.shift();
      const warning = readableWarning(line);
      if (warning && mayShow(warning)) terminal.say(`  ${name}: ${warning}`);
    });
    const exit = endOf(child);
    if (child.pid) await recordPart(home, name, child.pid, definition.stopSignal);
    return { child, exit, complaint: () => errors.join('\n').trim() };
  }

  async function serve(launched: Launch, until: AbortSignal): Promise<void> {
    const isOver = new AbortController();
    const death = launched.exit.then((how) => {
      throw new StartError(launched.complaint() || `${title} could not start (${how}).`);
    });
    try {
      await Promise.race([definition.ready(AbortSignal.any([until, isOver.signal])), death]);
    } finally {
      isOver.abort();
      death.catch(() => undefined);
    }
  }

  async function end({ child, exit }: Launch): Promise<void> {
    const identity = child.pid ? await identify(child.pid) : null;
    if (identity && child.exitCode === null)
      await stopProcess(identity, definition.stopSignal, definition.patienceMs);
    await exit;
  }

  async function restart(): Promise<Launch | null> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await delay(backOffMs[Math.min(attempt, backOffMs.length - 1)], undefined, {
          signal: stopping.signal,
        });
      } catch {
        return null;
      }
      const launched = await launch();
      try {
        await serve(launched, stopping.signal);
        terminal.say(`  ✓ ${title} runs again`);
        return launched;
      } catch (error) {
        await end(launched);
        if (stopping.signal.aborted) return null;
        terminal.warn(`${title} does not start: ${(error as Error).message.split('\n').at(-1)}`);
      }
    }
  }

  let current = await launch();
  try {
    await serve(current, signal);
  } catch (error) {
    await end(current);
    await forgetPart(home, name);
    log.end();
    throw error;
  }

  let isWanted = false;
  const watch = (async () => {
    for (;;) {
      const how = await current.exit;
      if (stopping.signal.aborted) return;
      if (!isWanted) terminal.warn(`${title} has ended unexpectedly (${how}); it is started again.`);
      isWanted = false;
      const next = await restart();
      if (!next) return;
      current = next;
    }
  })();

  return {
    async restart() {
      isWanted = true;
      await end(current);
    },
    async stop() {
      stopping.abort();
      await end(current);
      await watch;
      await forgetPart(home, name);
      log.end();
    },
  };
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return signal ?? `exit code ${code}`;
  } catch (error) {
    return (error as Error).message;
  }
}
