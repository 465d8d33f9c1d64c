import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { freePort } from '../../kit/kronos.ts';
import { readRunFile } from './system.ts';

const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A second gateway in front of the subgraphs of the system under attack, with settings of its own. */
export interface GatewayBeside extends AsyncDisposable {
  readonly url: string;
  readonly origin: string;
  /** Everything that it has logged so far. */
  readonly output: string;
}

/** Starts one and waits until it is ready. */
export async function startGatewayBeside(settings: NodeJS.ProcessEnv): Promise<GatewayBeside> {
  const { subgraphPorts, redisUrl } = readRunFile();
  const port = await freePort();
  const subgraphUrls = Object.entries(subgraphPorts).map(([name, at]) => [
    `${name.toUpperCase()}_SUBGRAPH_URL`,
    `http://127.0.0.1:${at}/graphql`,
  ]);
  const child = spawn(process.execPath, [join(root, 'apps/gateway/src/main.ts')], {
    cwd: root,
    env: {
      PATH,
      HOME,
      NODE_COMPILE_CACHE,
      ...Object.fromEntries(subgraphUrls),
      KRONOS_PORT: String(port),
      KRONOS_JWKS_URL: `http://127.0.0.1:${subgraphPorts.auth}/.well-known/jwks.json`,
      KRONOS_INTERNAL_KEY_FILE: join(inject('kronosHome'), 'internal-key.json'),
      REDIS_URL: redisUrl,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
      if (output.includes('gateway is ready')) ready.resolve();
    });
  }
  const exit = once(child, 'exit');
  void exit.then(() => ready.reject(new Error(`The gateway did not start:\n${output}`)));
  await ready.promise;
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/graphql`,
    origin,
    get output() {
      return output;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
    },
  };
}
