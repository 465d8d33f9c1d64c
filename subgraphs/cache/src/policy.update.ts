import { mutation, UserFault, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationCachePolicyUpdateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { existing } from './namespace.ts';
import { asking } from './redis-away.ts';

const day = 86_400;
const seconds = z.int().min(0, 'At least 0 seconds.').max(day, 'At most 86,400 seconds, a day.').nullish();
const policyValues = z.object({
  ttlSeconds: seconds,
  staleWhileRevalidateSeconds: seconds,
  reset: z.boolean().nullish(),
});

/** Says how long entries live: durably here, and at once in all processes. */
export const cachePolicyUpdate = mutation(
  async (_parent: unknown, { name, input }: MutationCachePolicyUpdateArgs, context: Context) => {
    const { db, policies, namespaces, forgetNamespaces } = context;
    const { reset, ttlSeconds, staleWhileRevalidateSeconds } = validInput(policyValues, input);
    const present = await existing(context, name, ['name']);
    if (reset) {
      if (ttlSeconds != null || staleWhileRevalidateSeconds != null) {
        const message = 'Either what is to hold, or that what the code says holds again.';
        userFaults(new UserFault({ code: 'INVALID', message, field: ['input', 'reset'] }));
      }
      await db.cachePolicy.deleteMany({ where: { name } });
    } else {
      const values = {
        ttlSeconds: ttlSeconds ?? present.ttlSeconds,
        staleWhileRevalidateSeconds: staleWhileRevalidateSeconds ?? present.staleWhileRevalidateSeconds,
      };
      await db.cachePolicy.upsert({ where: { name }, create: { name, ...values }, update: values });
    }
    await asking(policies.apply());
    forgetNamespaces();
    return { cacheNamespace: (await asking(namespaces())).get(name) ?? null };
  },
);
