import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Outcome {
  code: number | null;
  /** Standard output and standard error as they came. */
  output: string;
}

/** Runs a program to its end and collects what it says; a program that cannot be started rejects. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Outcome> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
