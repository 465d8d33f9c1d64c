import { createHash } from 'node:crypto';
import type { CacheNamespace } from '@kronos/cache';
import { requireCaller } from '@kronos/subgraph';
import type { DataPaginationResolvers, QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { toClientError } from './data-faults.ts';
import { QueryFault } from './filters.ts';
import { type Page, type PageInput, type PageRows, tableOf, toPage, toRows } from './page.ts';
import type { Readers } from './readers.ts';
import { type Sight, sightOf } from './sight.ts';
import { readTags } from './tags.ts';

/** What queries for data need of the process. */
export interface DataSources {
  readers: Readers;
  /** Pages and counts, by what they are of and for whom. */
  pages: CacheNamespace<PageRows>;
  counts: CacheNamespace<number>;
  /** Whether all that other domains have announced about this one has reached the cache: otherwise it is not asked. */
  isUpToDate(domain: string): Promise<boolean>;
}

/** Where a page lies; what is on all pages is counted when somebody asks. */
export interface CountedPage {
  page: number;
  limit: number;
  count(): Promise<number>;
}

export const DataPagination: DataPaginationResolvers<Context> = {
  total: ({ count }) => count(),
  pages: async ({ count, limit }) => Math.ceil((await count()) / limit),
};

/** More than this is no page, in bytes of JSON. */
const mostBytes = 1_000_000;

/** Rows of a table that the caller may see, from the cache where it has them. */
export const dataQuery: QueryResolvers<Context>['dataQuery'] = async (_parent, { input }, context) => {
  requireCaller(context);
  try {
    const sight = sightOf(context, tableOf(input.table), 'readAll');
    return await queryData(context.data, input as PageInput, sight);
  } catch (error) {
    throw toClientError(error);
  }
};

/**
 * A page of what is in sight. The rows are there; they are counted when somebody asks.
 *
 * @throws QueryFault
 */
export async function queryData(data: DataSources, input: PageInput, sight: Sight) {
  const begun = performance.now();
  const page = toPage(input, sight);
  const usesCache = await data.isUpToDate(page.table.domain);
  const found = await rowsOf(data, page, sight, usesCache);
  let total: Promise<number> | undefined;
  const count = () => {
    total ??= countOf(data, page, sight, usesCache);
    return total;
  };
  return {
    ...found.value,
    pagination: { page: page.page, limit: page.limit, count },
    cached: found.isCached,
    executionTimeMs: Math.round(performance.now() - begun),
  };
}

async function rowsOf({ readers, pages }: DataSources, page: Page, sight: Sight, usesCache: boolean) {
  const { domain } = page.table;
  const load = async () => {
    const { rows } = await readers.read(domain, (client) => client.query(page.rows));
    const value = toRows(page, rows);
    if (Buffer.byteLength(JSON.stringify(value.rows)) > mostBytes)
      throw new QueryFault(`A page has at most ${mostBytes} bytes: ask for fewer rows or columns.`, []);
    return { value, tags: readTags(page.name, page.table, sight) };
  };
  const { value, isCached } = usesCache
    ? await through(pages, keyOf(page, sight, page.rows), load)
    : { value: (await load()).value, isCached: false };
  return { value, isCached };
}

async function countOf({ readers, counts }: DataSources, page: Page, sight: Sight, usesCache: boolean) {
  const { domain } = page.table;
  const load = async () => {
    const { rows } = await readers.read(domain, (client) => client.query(page.count));
    return { value: Number(rows[0].total), tags: readTags(page.name, page.table, sight) };
  };
  try {
    if (!usesCache) return (await load()).value;
    return (await counts.through(keyOf(page, sight, page.count), load)).value;
  } catch (error) {
    throw toClientError(error);
  }
}

async function through<Value>(
  namespace: CacheNamespace<Value>,
  key: string,
  load: () => Promise<{ value: Value; tags: string[] }>,
) {
  const { value, outcome } = await namespace.through(key, load);
  return { value, isCached: outcome === 'HIT' || outcome === 'STALE' };
}

/** All that an answer depends on: the statement has the table, columns, order and page, the values who sees what. */
function keyOf(page: Page, sight: Sight, { text, values }: Page['rows']): string {
  const asked = JSON.stringify([page.table.domain, page.columns, page.limit, page.page, sight, text, values]);
  return `${page.name}:${createHash('sha256').update(asked).digest('base64url')}`;
}
