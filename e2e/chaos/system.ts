import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RedisProcess, startRedisProcess } from '@kronos/events/testing';
import { copyPreparedHome, type Kronos, startKronos } from '../kit/kronos.ts';
import { descendant } from '../kit/processes.ts';
import { readMetrics } from './metrics.ts';

const composed = fileURLToPath(new URL('../../supergraph.graphql', import.meta.url));

/** What the supervisor starts again when it dies. */
export const parts = {
  gateway: /gateway\/src\/main/,
  subgraphs: /main\.ts serve /,
  postgres: /postgres -D|postgres.*-D/,
} as const;
export type PartName = keyof typeof parts;

/** A whole running Kronos that may be treated badly, on a Redis that keeps nothing. */
export interface ChaosSystem extends AsyncDisposable {
  readonly kronos: Kronos;
  readonly redis: RedisProcess;
  /** By domain. */
  readonly databaseUrls: Record<string, string>;
  /** The process of a part; undefined in the moment in which there is none. */
  pidOf(part: PartName): number | undefined;
  /** kill -9; false when the part does not run in this moment. */
  kill(part: PartName): boolean;
  /** Gives the gateway another version of the supergraph, which says the same in other words. */
  reload(): void;
  isReady(): Promise<boolean>;
  /** The figures of the gateway; none while it is away. */
  gatewayMetrics(): Promise<Map<string, number>>;
  subgraphMetrics(): Promise<Map<string, number>>;
}

/** Starts everything as `npm start` does, except for Redis, which is the suite's own to kill. */
export async function startChaosSystem(environment: NodeJS.ProcessEnv = {}): Promise<ChaosSystem> {
  const redis = await startRedisProcess();
  const home = copyPreparedHome();
  const supergraphFile = join(home, 'supergraph.graphql');
  const sdl = readFileSync(composed, 'utf8');
  writeFileSync(supergraphFile, sdl);
  const kronos = await startKronos({
    home,
    environment: {
      REDIS_URL: redis.url,
      KRONOS_SUPERGRAPH: supergraphFile,
      // Thousands of people and streams come from one address here.
      KRONOS_QUOTAS: 'false',
      ...environment,
    },
  }).catch(async (error) => {
    await redis[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
    throw error;
  });
  const running = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8'));
  let generation = 0;

  function pidOf(part: PartName): number | undefined {
    try {
      return descendant(kronos.process.pid!, parts[part]).pid;
    } catch {
      return undefined;
    }
  }

  return {
    kronos,
    redis,
    databaseUrls: running.databaseUrls,
    pidOf,
    kill(part) {
      const pid = pidOf(part);
      if (pid === undefined) return false;
      process.kill(pid, 'SIGKILL');
      return true;
    },
    reload() {
      generation++;
      const next = sdl.replace('"""Someone\'s roles', `"""Generation ${generation}. Someone's roles`);
      if (next === sdl) throw new Error('the supergraph has lost the description that is changed here');
      // Whole or not at all, as a deployment does it.
      writeFileSync(`${supergraphFile}.next`, next);
      renameSync(`${supergraphFile}.next`, supergraphFile);
    },
    async isReady() {
      const answer = await fetch(new URL('/ready', kronos.url)).catch(() => undefined);
      return answer?.status === 200;
    },
    gatewayMetrics: () => readMetrics(new URL('/metrics', kronos.url)),
    subgraphMetrics: () => readMetrics(`http://127.0.0.1:${running.subgraphPorts.events}/metrics`),
    async [Symbol.asyncDispose]() {
      await kronos[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
