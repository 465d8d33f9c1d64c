import type { Readiness } from '@kronos/subgraph';
import type { Dependencies } from './context.ts';

/** Which parts answer: true, or the reason why not. */
export async function readiness({ db, log }: Dependencies): Promise<Readiness> {
  const [database, redis] = await Promise.all([
    answers(() => db.$queryRaw`SELECT 1`, 'PostgreSQL is away'),
    answers(() => log.head('events'), 'Redis is away'),
  ]);
  return { database, redis };
}

async function answers(ask: () => PromiseLike<unknown>, otherwise: string): Promise<true | string> {
  try {
    await ask();
    return true;
  } catch {
    return otherwise;
  }
}
