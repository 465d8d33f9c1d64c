import { hash } from 'node:crypto';
import type { CacheNamespace } from '@kronos/cache';
import { requireCaller } from '@kronos/subgraph';
import type { DataPaginationResolvers, QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import type { TextRow } from './column-types.ts';
import { toClientError } from './data-faults.ts';
import { knownOf } from './entries.ts';
import { QueryFault } from './filters.ts';
import { mayConcern, type Page, type PageInput, type PageRows, tableOf, toPage, toRows } from './page.ts';
import type { Readers } from './readers.ts';
import { selects } from './selects.ts';
import { type Sight, sightOf } from './sight.ts';
import { readTags } from './tags.ts';

/** What queries for data need of the process. */
export interface DataSources {
  readers: Readers;
  /** By what they are of and for whom. */
  pages: CacheNamespace<PageRows>;
  /** Whether all that other domains have announced about this one has reached the cache: otherwise it is not asked. */
  isUpToDate(domain: string): Promise<boolean>;
}

/** Where a page lies. */
export interface CountedPage {
  page: number;
  limit: number;
  /** Rows on all pages; undefined when nobody has asked. */
  total?: number | undefined;
}

export const DataPagination: Pick<DataPaginationResolvers<Context>, 'pages'> = {
  pages: ({ total, limit }) => Math.ceil(total! / limit),
};

/** More than this is no page, in bytes of JSON. */
const mostBytes = 1_000_000;

/** Rows of a table that the caller may see, from the cache where it has them. */
export const dataQuery: QueryResolvers<Context>['dataQuery'] = async (_parent, { input }, context, info) => {
  requireCaller(context);
  const isCounted = ['total', 'pages'].some((field) => selects(info, ['pagination', field]));
  try {
    const sight = sightOf(context, tableOf(input.table), 'readAll');
    return await queryData(context.data, input as PageInput, sight, isCounted);
  } catch (error) {
    throw toClientError(error);
  }
};

/**
 * A page of what is in sight.
 *
 * @param isCounted whether it is to be known how many rows there are on all pages, which can take long
 * @throws QueryFault
 */
export async function queryData(data: DataSources, input: PageInput, sight: Sight, isCounted: boolean) {
  const begun = performance.now();
  const page = toPage(input, sight, isCounted);
  const { value, isCached } = await found(data, page, input, sight);
  const { total, until: _, ...rows } = value;
  return {
    ...rows,
    pagination: { page: page.page, limit: page.limit, total },
    cached: isCached,
    executionTimeMs: Math.round(performance.now() - begun),
  };
}

async function found(data: DataSources, page: Page, input: PageInput, sight: Sight) {
  const load = async () => {
    const { value, isShared } = await readSeen(data.readers, page, input, sight);
    return { value, tags: readTags(page.name, page.table, sight, isShared) };
  };
  if (!(await data.isUpToDate(page.table.domain))) return { value: (await load()).value, isCached: false };
  const { value, outcome } = await data.pages.through(keyOf(page, sight), load);
  const isCached = outcome === 'HIT' || outcome === 'STALE';
  // An entry that has ended since says nothing any more.
  const isOver = isCached && value.until !== undefined && value.until <= Date.now();
  return isOver ? { value: (await load()).value, isCached: false } : { value, isCached };
}

/** A page of what is the person's own, unless entries say more or less of what they may see. */
async function readSeen(readers: Readers, page: Page, input: PageInput, sight: Sight) {
  const { domain } = page.table;
  const rows = await readers.rows(domain, page.rows);
  if (sight === 'all' || !page.entries || !mayConcern(rows))
    return { value: await toValue(readers, page, rows), isShared: false };
  const [entries] = await readers.rows(domain, page.entries);
  const { until, ...known } = knownOf(entries!);
  const isShared = known.allows;
  if (!known.allows && !known.denies) return { value: await toValue(readers, page, rows), isShared };
  const seen = toPage(input, { ...sight, known }, page.isCounted);
  const value = await toValue(readers, seen, await readers.rows(domain, seen.rows));
  return { value: { ...value, until: until ?? undefined }, isShared };
}

async function toValue(readers: Readers, page: Page, rows: readonly TextRow[]): Promise<PageRows> {
  const { domain } = page.table;
  const value = toRows(page, rows);
  if (Buffer.byteLength(JSON.stringify(value.rows)) > mostBytes)
    throw new QueryFault(`A page has at most ${mostBytes} bytes: ask for fewer rows or columns.`, []);
  if (page.isCounted && value.total === undefined) {
    const [counted] = await readers.rows(domain, page.count);
    value.total = Number(counted?.total);
  }
  return value;
}

/** All that an answer depends on: the statement has the table, columns, order and page, the values who sees what. */
function keyOf({ name, table, columns, limit, page, rows }: Page, sight: Sight): string {
  const asked = JSON.stringify([table.domain, columns, limit, page, sight, rows.text, rows.values]);
  return `${name}:${hash('sha256', asked, 'base64url')}`;
}
