import { once } from 'node:events';
import { runService } from '@kronos/service/run-service';
import { createRedisCommandExecutor, RedisServerState, Resp2Server } from 'js-redis-server/core';
import { z } from 'zod';

const optionsShape = z.object({ port: z.number().int(), password: z.string().optional() });

/** A Redis without `redis-server`, for development. Assembled by hand, because its `createRedisServer` opens the port to the whole network. */
runService(async () => {
  const { port, password } = optionsShape.parse(JSON.parse(process.env.KRONOS_DEVELOPMENT_REDIS ?? '{}'));
  const state = new RedisServerState({ databaseCount: 16, requirepass: password });
  const resp = new Resp2Server({ server: state, executor: createRedisCommandExecutor({}) });
  resp.server.listen(port, '127.0.0.1');
  await once(resp.server, 'listening');
  return {
    async close() {
      state.close();
    },
  };
});
