import { badUserInput } from '@kronos/subgraph';
import pg from 'pg';
import Cursor from 'pg-cursor';
import type { QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { toClientError } from './data-faults.ts';
import { functionsCalled, refuseVolatile } from './sql-statement.ts';

const mostCharacters = 50_000;
const mostParameters = 100;
const mostRows = 1_000;
const mostBytes = 1_000_000;
/** One row alone can be larger than all that is answered: what comes by then ends the connection. */
const mostReceivedBytes = 8_000_000;
const rowsAtOnce = 50;

/** The answer to one statement of somebody's own. */
interface Answer {
  columns: { name: string; type: string }[];
  rows: Record<string, unknown>[];
  isTruncated: boolean;
  plan: Record<string, unknown>[] | null;
}

/** One statement of an administrator's, by a login that may read and nothing else. */
export const sqlQuery: QueryResolvers<Context>['sqlQuery'] = async (_parent, { input }, context) => {
  const { query, parameters, domain = 'projects', explain, limit } = input;
  if (query.length > mostCharacters) throw badUserInput(`A query has at most ${mostCharacters} characters.`);
  if (query.includes('\0')) throw badUserInput('A query has no character NUL.');
  if ((parameters?.length ?? 0) > mostParameters)
    throw badUserInput(`A query has at most ${mostParameters} parameters.`);
  if (limit != null && (limit < 1 || limit > mostRows))
    throw badUserInput(`1 to ${mostRows} rows are answered.`);
  const names = functionsCalled(query);
  const begun = performance.now();
  context.logger.info({ domain, query }, 'a query of an administrator');
  try {
    const { isTruncated, ...answer } = await context.data.readers.readAlone(
      domain.toLowerCase(),
      async (client) => {
        await refuseVolatile(client, names);
        // In so many words: a session could have been given another preset.
        await client.query('BEGIN READ ONLY');
        const plan = explain ? await planOf(client, query, parameters ?? []) : null;
        return { ...(await answerOf(client, query, parameters ?? [], limit ?? mostRows)), plan };
      },
    );
    return { ...answer, truncated: isTruncated, executionTimeMs: Math.round(performance.now() - begun) };
  } catch (error) {
    throw toClientError(error, 'theirs');
  }
};

async function planOf(
  client: pg.Client,
  query: string,
  values: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  // With values it is the extended protocol, which takes one statement and no more.
  const { rows } = await client.query({
    text: `EXPLAIN (FORMAT JSON) ${query}`,
    values: [...values],
    queryMode: 'extended',
  } as pg.QueryConfig);
  return rows[0]['QUERY PLAN'] as Record<string, unknown>[];
}

/** Rows as they come, until there are enough. */
async function answerOf(
  client: pg.Client,
  query: string,
  values: readonly unknown[],
  limit: number,
): Promise<Omit<Answer, 'plan'>> {
  const stop = limitReceived(client);
  const cursor = client.query(new Cursor(query, [...values], { rowMode: 'array', types: { getTypeParser } }));
  const answer: Omit<Answer, 'plan'> = { columns: [], rows: [], isTruncated: false };
  let names: string[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { rows, fields } = await read(cursor, Math.min(rowsAtOnce, limit + 1 - answer.rows.length));
      if (answer.columns.length === 0 && fields.length > 0) {
        names = uniqueNames(fields.map(({ name }) => name));
        answer.columns = fields.map(({ dataTypeID }, index) => ({
          name: names[index]!,
          type: typeNames.get(dataTypeID) ?? String(dataTypeID),
        }));
      }
      if (rows.length === 0) return answer;
      for (const row of rows) {
        const object = Object.fromEntries(names.map((name, index) => [name, row[index]]));
        bytes += Buffer.byteLength(JSON.stringify(object));
        if (answer.rows.length >= limit || bytes > mostBytes) return { ...answer, isTruncated: true };
        answer.rows.push(object);
      }
    }
  } catch (error) {
    if (stop.wasReached())
      throw badUserInput('A row is too large to be answered: select less of it.', {
        mostBytes: mostReceivedBytes,
      });
    throw error;
  } finally {
    stop.end();
    if (!stop.wasReached()) await cursor.close().catch(() => undefined);
  }
}

interface Batch {
  rows: unknown[][];
  fields: readonly pg.FieldDef[];
}

function read(cursor: Cursor, count: number): Promise<Batch> {
  return new Promise((resolve, reject) => {
    cursor.read(count, (error, rows, result) => {
      if (error) reject(error);
      else resolve({ rows: rows as unknown[][], fields: result?.fields ?? [] });
    });
  });
}

/** Ends the connection when more has come over it than anybody would read. */
function limitReceived(client: pg.Client) {
  const { stream } = (client as unknown as { connection: { stream: import('node:net').Socket } }).connection;
  let received = 0;
  let isReached = false;
  const count = ({ length }: Buffer) => {
    received += length;
    if (received <= mostReceivedBytes || isReached) return;
    isReached = true;
    stream.destroy();
  };
  stream.prependListener('data', count);
  return { wasReached: () => isReached, end: () => stream.off('data', count) };
}

/** A column whose name is taken gets a number: rows are objects. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let number = 2; taken.has(unique); number += 1) unique = `${name}_${number}`;
    taken.add(unique);
    return unique;
  });
}

const typeNames = new Map(Object.entries(pg.types.builtins).map(([name, id]) => [id, name.toLowerCase()]));
const { BOOL, FLOAT4, FLOAT8, INT2, INT4, INT8, JSON: JSON_TYPE, JSONB, OID } = pg.types.builtins;

/** What JSON can say is said so, and the rest as PostgreSQL writes it. */
function getTypeParser(type: number): (text: string) => unknown {
  if (type === BOOL) return (text) => text === 't';
  if (type === JSON_TYPE || type === JSONB) return (text) => JSON.parse(text);
  if (![INT2, INT4, INT8, OID, FLOAT4, FLOAT8].includes(type)) return (text) => text;
  return (text) => {
    const number = Number(text);
    const isExact =
      type === FLOAT4 || type === FLOAT8 ? Number.isFinite(number) : Number.isSafeInteger(number);
    return isExact ? number : text;
  };
}
