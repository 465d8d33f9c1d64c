import { setTimeout as delay } from 'node:timers/promises';
import type { Readiness } from '@kronos/subgraph';
import type { Dependencies } from './context.ts';

/** A part that is away makes its clients wait and try again; who asks for the readiness wants to know now. */
const patienceMs = 1_000;

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
    const late = delay(patienceMs, undefined, { ref: false }).then(() => Promise.reject(new Error('late')));
    await Promise.race([ask(), late]);
    return true;
  } catch {
    return otherwise;
  }
}
