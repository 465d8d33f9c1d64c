import { EnvironmentError } from './environment.ts';
import { traceProcess } from './trace-process.ts';

/** A process' work: closing it ends everything it opened. */
export interface RunningService {
  close(): Promise<void>;
}

/** A failure to start that a human can mend; its message is all that they see. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * Runs a process' work until SIGINT, SIGTERM or the end of the parent that started it, then closes it once and exits. The
 * process is traced if its environment says so, and its last spans are sent before it exits.
 * Exit code 0 after an orderly end, 1 when the start or the end failed.
 */
export async function runService(start: () => Promise<RunningService>): Promise<void> {
  let service: RunningService | undefined;
  let stopTracing = async () => {};
  let isEnding = false;

  async function end(): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    // Before the start has finished there is nothing to close in order.
    await service?.close().catch(fail);
    await stopTracing();
    process.exit();
  }

  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  // A parent that was killed cannot send a signal, but its IPC channel closes.
  process.on('disconnect', end);

  try {
    stopTracing = await traceProcess(process.env);
    service = await start();
    giveBack();
  } catch (error) {
    fail(error);
    process.exit();
  }
}

/**
 * Gives back the memory that the start alone has needed: V8 keeps room for as many new objects as came then. The first run
 * frees them, the second the room. Nothing without `--expose-gc`.
 */
function giveBack(): void {
  global.gc?.({ type: 'major', execution: 'sync' });
  global.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

function fail(error: unknown): void {
  process.exitCode = 1;
  const sentence = messageForPeople(error);
  process.stderr.write(`${sentence ?? (error instanceof Error ? error.stack : String(error))}\n`);
}

function messageForPeople(error: unknown): string | undefined {
  if (error instanceof StartError || error instanceof EnvironmentError) return error.message;
  if (!(error instanceof Error)) return undefined;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken by another process: end it, or choose another port.`;
  if (code === 'EACCES' && port) return `Port ${port} may not be opened by this user: choose one above 1023.`;
  return undefined;
}
