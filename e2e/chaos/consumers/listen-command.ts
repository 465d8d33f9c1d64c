import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ConsumerOptions } from './consumer.ts';

const { PATH, NODE_COMPILE_CACHE } = process.env;
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** `kronos listen` in a process of its own, as a stranger. */
export async function followByListenCommand({ topic, wire, inbox, signal }: ConsumerOptions): Promise<void> {
  const command = ['apps/kronos/src/main.ts', 'listen', topic.document, '--url', wire.url];
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { PATH, NODE_COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints = `${complaints}${chunk}`.slice(-2_000)));
  const exit = once(child, 'exit');
  signal.addEventListener('abort', () => child.kill('SIGINT'));
  for await (const line of createInterface(child.stdout)) inbox.take(JSON.parse(line));
  const [code] = await exit;
  if (!signal.aborted) throw new Error(`kronos listen has ended with code ${code}:\n${complaints}`);
}
