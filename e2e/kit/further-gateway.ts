import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { descendant } from './processes.ts';

const main = fileURLToPath(new URL('../../apps/gateway/src/main.ts', import.meta.url));

/** A gateway beside the one that a system has: on the same Redis and the same subgraphs, on a port of its own. */
export interface FurtherGateway extends AsyncDisposable {
  /** The GraphQL endpoint. */
  url: string;
}

/**
 * @param supervisor the process of `kronos up`
 * @param settings variables that are other than those of the gateway that the system has
 */
export async function startFurtherGateway(
  supervisor: number,
  settings: NodeJS.ProcessEnv = {},
): Promise<FurtherGateway> {
  const { pid } = descendant(supervisor, /gateway\/src\/main/);
  const child = spawn(process.execPath, [main], {
    env: { ...environmentOf(pid), KRONOS_PORT: '0', ...settings },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  const ended = exit.then(([code]) => {
    throw new Error(`the gateway ended with ${code}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
  ended.catch(() => undefined);
  return {
    url: message.url,
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
    },
  };
}

function environmentOf(pid: number): NodeJS.ProcessEnv {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  const environment = Object.fromEntries(
    variables.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  // Of the channel to its own parent.
  delete environment.NODE_CHANNEL_FD;
  return environment;
}
