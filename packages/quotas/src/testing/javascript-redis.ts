import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createRedisCommandExecutor, RedisServerState, Resp2Server } from 'js-redis-server/core';

/** A Redis in JavaScript, as development has it where there is no `redis-server`. */
export async function startJavascriptRedis(): Promise<AsyncDisposable & { url: string }> {
  const state = new RedisServerState({ databaseCount: 1 });
  const { server } = new Resp2Server({ server: state, executor: createRedisCommandExecutor({}) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      state.close();
      server.close();
    },
  };
}
