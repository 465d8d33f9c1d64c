import { appendToOutbox } from '@kronos/events';
import { mutation } from '@kronos/subgraph';
import type { MutationCacheFlushArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { existing } from './namespace.ts';
import { asking } from './redis-away.ts';

/** Empties a namespace. */
export const cacheFlush = mutation(
  async (_parent: unknown, { name }: MutationCacheFlushArgs, context: Context) => {
    const { cache, db } = context;
    const cacheNamespace = await existing(context, name, ['name']);
    const flushedKeys = await asking(cache.flush(name));
    await appendToOutbox(db, 'cacheInvalidated', { namespace: name, tags: [], keys: [], cause: null });
    return { cacheNamespace, flushedKeys };
  },
);
