import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { PATH, NODE_COMPILE_CACHE } = process.env;
const main = fileURLToPath(new URL('../../../../apps/gateway/src/main.ts', import.meta.url));

/** The gateway as a process of its own, which can be ended in order and killed. */
export interface GatewayProcess extends AsyncDisposable {
  readonly url: string;
  /** SIGTERM drains streams, SIGKILL does not. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts again on the same port. */
  start(): Promise<void>;
}

/** Starts a gateway on a free port; nothing of the test's environment is seen by it. */
export async function startGatewayProcess(
  supergraphSdl: string,
  environment: Record<string, string> = {},
): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'kronos-client-'));
  const supergraph = join(folder, 'supergraph.graphql');
  await writeFile(supergraph, supergraphSdl);
  let port = '0';
  let url = '';
  let child: ChildProcess | undefined;

  async function start() {
    child = fork(main, ['--supergraph', supergraph, '--port', port], {
      env: {
        PATH,
        NODE_COMPILE_CACHE,
        LOG_LEVEL: 'error',
        KRONOS_STREAM_HEARTBEAT_MS: '100',
        ...environment,
      },
    });
    const [message] = (await once(child, 'message')) as [{ url: string }];
    url = message.url;
    port = new URL(url).port;
  }

  async function stop(signal: 'SIGTERM' | 'SIGKILL') {
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    child = undefined;
    await exited;
  }

  await start();
  return {
    url,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}
