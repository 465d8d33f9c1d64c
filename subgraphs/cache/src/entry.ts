import type { EntryDetails } from '@kronos/cache';
import { badUserInput, type Connection } from '@kronos/subgraph';
import type { CacheEntryResolvers, CacheNamespaceResolvers } from './__generated__/types.ts';
import { asking } from './redis-away.ts';

const pageSize = { default: 20, max: 100 };

/** The entries of a namespace, in pages. */
export const entries: CacheNamespaceResolvers['entries'] = async (
  { name },
  { prefix, first, after },
  { cache },
): Promise<Connection<EntryDetails>> => {
  const size = first ?? pageSize.default;
  if (size < 1 || size > pageSize.max)
    throw badUserInput(`“first” must be from 1 to ${pageSize.max}.`, { field: 'first' });
  const page = await asking(
    cache.entries(name, { prefix: prefix ?? '', first: size, ...(after != null && { after: keyOf(after) }) }),
  );
  const edges = page.entries.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    nodes: page.entries,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: async () => (await asking(cache.statistics(name))).keys,
  };
};

export const CacheEntry: CacheEntryResolvers = {
  ttlSeconds: ({ ttlMs }) => Math.ceil(ttlMs / 1_000),
  tags: ({ tags }) => [...tags],
};

function cursorOf({ key }: EntryDetails): string {
  return Buffer.from(key).toString('base64url');
}

function keyOf(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(key).toString('base64url') === cursor) return key;
  throw badUserInput(`“${cursor}” is not a cursor of this list.`);
}
