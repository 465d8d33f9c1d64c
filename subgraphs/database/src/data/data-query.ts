import { hash } from 'node:crypto';
import type { CacheNamespace } from '@kronos/cache';
import { requireCaller } from '@kronos/subgraph';
import type { DataPaginationResolvers, QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { toClientError } from './data-faults.ts';
import { QueryFault } from './filters.ts';
import { type Page, type PageInput, type PageRows, tableOf, toPage, toRows } from './page.ts';
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
  const { value, isCached } = await found(data, page, sight);
  const { total, ...rows } = value;
  return {
    ...rows,
    pagination: { page: page.page, limit: page.limit, total },
    cached: isCached,
    executionTimeMs: Math.round(performance.now() - begun),
  };
}

async function found(data: DataSources, page: Page, sight: Sight) {
  const load = async () => ({
    value: await read(data.readers, page),
    tags: readTags(page.name, page.table, sight),
  });
  if (!(await data.isUpToDate(page.table.domain))) return { value: (await load()).value, isCached: false };
  const { value, outcome } = await data.pages.through(keyOf(page, sight), load);
  return { value, isCached: outcome === 'HIT' || outcome === 'STALE' };
}

async function read(readers: Readers, page: Page): Promise<PageRows> {
  const { domain } = page.table;
  const value = toRows(page, await readers.rows(domain, page.rows));
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
