import { join } from 'node:path';
import type { PartDefinition } from '../processes/part.ts';
import { waitForRedis } from './ping.ts';
import { findRedisServer, spawnDevelopmentRedis, spawnRedis } from './server.ts';

/** A private Redis as a part that can be started. */
export interface PrivateRedis {
  url: string;
  /** False for the Redis in JavaScript, which keeps nothing. */
  isReal: boolean;
  part: PartDefinition;
}

/** Prepares the Redis of a KRONOS_HOME: the real one when it is on the PATH, else one for development only. */
export async function privateRedis(options: {
  home: string;
  port: number;
  password: string;
}): Promise<PrivateRedis> {
  const { home, port, password } = options;
  const program = await findRedisServer();
  const url = `redis://:${password}@127.0.0.1:${port}`;
  return {
    url,
    isReal: program !== null,
    part: {
      name: 'redis',
      title: 'Redis',
      spawn: () =>
        program
          ? spawnRedis(program, { folder: join(home, 'redis'), port, password })
          : spawnDevelopmentRedis({ folder: null, port, password }),
      ready: (signal) => waitForRedis(url, 60_000, signal),
      stopSignal: 'SIGTERM',
      patienceMs: 10_000,
    },
  };
}
