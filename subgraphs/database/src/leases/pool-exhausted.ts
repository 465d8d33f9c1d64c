import { appendToOutbox } from '@kronos/events';
import { subscription } from '@kronos/subgraph';
import type { Context } from '../context.ts';
import { findTarget } from '../targets/database-target.ts';
import type { LeaseRequest } from './lease-slots.ts';

/** Who is refused tries again at once: that is not news, for this many milliseconds. */
const quietMs = 10_000;
const announced = new WeakMap<object, Map<string, number>>();

/** Announces that nobody gets a connection to a database now; once in a while, however many are refused. */
export async function announceExhausted(
  { domain, serviceName }: Pick<LeaseRequest, 'domain' | 'serviceName'>,
  { db, leases }: Pick<Context, 'db' | 'leases'>,
): Promise<void> {
  const last = announced.get(leases) ?? new Map<string, number>();
  announced.set(leases, last);
  if (Date.now() - (last.get(domain) ?? 0) < quietMs) return;
  last.set(domain, Date.now());
  await appendToOutbox(db, 'poolExhausted', { target: domain, serviceName });
}

/** Databases to which nobody gets a connection, as it happens. */
export const poolExhausted = subscription(
  {
    domain: 'database',
    names: ['poolExhausted'],
    resolve: async ({ payload: { target, serviceName } }, _args: object, { observatory }: Context) => ({
      target: await findTarget(observatory, target),
      serviceName,
    }),
  },
  ({ log }) => log,
);
