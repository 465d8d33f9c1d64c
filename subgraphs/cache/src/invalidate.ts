import { maxKeyLength, maxTagLength } from '@kronos/cache';
import { appendToOutbox } from '@kronos/events';
import { mutation, UserFault, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationCacheInvalidateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { existing } from './namespace.ts';
import { asking } from './redis-away.ts';

const maxAtOnce = 1_000;
const key = z.string().min(1, 'A key is not empty.').max(maxKeyLength, 'No key is so long.');
const tag = z
  .string()
  .min(1, 'A tag is not empty.')
  .max(maxTagLength, 'No tag is so long.')
  .regex(/^[^\n]*$/, 'A tag has no line breaks.');
const invalidation = z.object({
  namespace: z.string().nullish(),
  keys: z.array(key).max(maxAtOnce, `At most ${maxAtOnce} at once.`).nullish(),
  tags: z.array(tag).max(maxAtOnce, `At most ${maxAtOnce} at once.`).nullish(),
});

/** Makes entries worth nothing, by name, by tag, or all of a namespace. */
export const cacheInvalidate = mutation(
  async (_parent: unknown, { input }: MutationCacheInvalidateArgs, context: Context) => {
    const { cache, db } = context;
    const { namespace, keys: given, tags: givenTags } = validInput(invalidation, input);
    const [keys, tags] = [given ?? [], givenTags ?? []];
    if (namespace == null && keys.length > 0)
      required('Say in which namespace the keys are.', ['input', 'namespace']);
    if (namespace == null && tags.length === 0) required('Say what is to be invalidated.', ['input']);
    if (namespace != null) await existing(context, namespace, ['input', 'namespace']);

    const isWhole = namespace != null && keys.length === 0;
    await asking(
      cache.invalidate({
        tags,
        ...(namespace != null && { keys: keys.map((key) => ({ namespace, key })) }),
        ...(isWhole && { namespaces: [namespace] }),
      }),
    );
    // Tags are of all namespaces, so that what is named beside them is announced by itself.
    if (tags.length > 0)
      await appendToOutbox(db, 'cacheInvalidated', { namespace: null, tags, keys: [], cause: null });
    if (namespace != null)
      await appendToOutbox(db, 'cacheInvalidated', { namespace, tags: [], keys, cause: null });
    return { invalidatedKeys: isWhole || tags.length > 0 ? null : new Set(keys).size };
  },
);

function required(message: string, field: string[]): never {
  return userFaults(new UserFault({ code: 'REQUIRED', message, field }));
}
