import { fileURLToPath } from 'node:url';
import { StartError } from '@kronos/service/run-service';
import { run } from './run.ts';

/** The file that runs the commands of Kronos. */
export const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url));

/**
 * Runs another command of Kronos to its end in a process of its own, so that the libraries it loads (the schema engine,
 * composition, the Prisma clients) do not stay in the supervisor's memory.
 *
 * @returns the lines that it wrote
 * @throws StartError with what it wrote when it fails
 */
export async function runCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<string[]> {
  const { code, output } = await run(process.execPath, [mainFile, ...args], { env: environment, signal });
  const text = output.trim();
  if (code !== 0) throw new StartError(text || `kronos ${args.join(' ')} ended with exit code ${code}.`);
  return text ? text.split('\n') : [];
}
