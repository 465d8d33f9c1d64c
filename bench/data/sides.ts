import { fileURLToPath } from 'node:url';
import { encodeId } from '@kronos/subgraph';
import type { createTestGateway } from '@kronos/subgraph/testing';
import { findFreePort } from '../federation/processes/free-port.ts';
import { type BenchProcess, startProcess } from '../federation/processes/start-process.ts';
import { type Asked, type Question, toDataQuery, toPrisma } from './questions.ts';

/** Something that answers questions, in a process of its own. */
export interface Side {
  name: string;
  url: string;
  headers: Record<string, string>;
  process: BenchProcess;
  toBody(question: Question, asked: Asked): string;
  /** Whether the same is asked again and again, or nothing twice. */
  isRepeated: boolean;
}

interface Surroundings {
  gateway: Awaited<ReturnType<typeof createTestGateway>>;
  environment: Record<string, string>;
  redisUrl: string;
}

/** A service that may read everybody's projects, so that one credential asks for all. */
const service = {
  sub: encodeId('oauth_client', '00000000-0000-7000-8000-000000000001'),
  client_id: encodeId('oauth_client', '00000000-0000-7000-8000-000000000001'),
  roles: ['service'],
  scope: 'data:read',
};
const [serversCore, lifeMs] = [0, 3_600_000];

/** Those that are compared: the database domain with its cache and without one, and Prisma. */
export async function startSides({ gateway, environment, redisUrl }: Surroundings): Promise<Side[]> {
  const token = await gateway.sign(service, { expiresAt: Date.now() + lifeMs });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };

  async function start(name: string, file: string, env: Record<string, string>) {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}/graphql`;
    const child = startProcess({
      name,
      args: [fileURLToPath(new URL(`servers/${file}`, import.meta.url))],
      env: { ...environment, ...env, DATABASE_PORT: String(port), PLAIN_PORT: String(port) },
      core: serversCore,
    });
    const body = '{"query":"{__typename}"}';
    await child.ready(async () => (await fetch(url, { method: 'POST', headers, body })).ok);
    return { url, headers, process: child };
  }

  const withCache = await start('data-query', 'data-query.ts', { REDIS_URL: redisUrl });
  const withoutCache = await start('data-query-alone', 'data-query.ts', {
    REDIS_URL: await closedPort(),
  });
  const prisma = await start('prisma', 'prisma.ts', {});
  return [
    { name: '`dataQuery`, from the cache', ...withCache, toBody: toDataQuery, isRepeated: true },
    { name: '`dataQuery`, for the first time', ...withCache, toBody: toDataQuery, isRepeated: false },
    { name: '`dataQuery`, without a cache', ...withoutCache, toBody: toDataQuery, isRepeated: true },
    { name: 'Prisma in a resolver', ...prisma, toBody: toPrisma, isRepeated: true },
  ];
}

/** Where a Redis would be that is not there. */
async function closedPort(): Promise<string> {
  return `redis://127.0.0.1:${await findFreePort()}`;
}
