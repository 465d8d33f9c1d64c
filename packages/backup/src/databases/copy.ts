import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from, to } from 'pg-copy-streams';
import { publicName, type Table } from './describe.ts';

/** What went through a copy. */
export interface Copied {
  rows: number;
  bytes: number;
  sha256: string;
}

type Copyable = Pick<Table, 'name' | 'columns' | 'copyFormat'>;

/** The rows of a table as COPY writes them, and what they were, to be asked for once all are read. */
export function copyOut(
  client: pg.Client,
  table: Copyable,
): { content: AsyncIterable<Buffer>; result(): Promise<Copied> } {
  const stream = client.query(
    to(`COPY ${target(client, table)} TO STDOUT WITH (FORMAT ${table.copyFormat})`),
  );
  const meter = createMeter();
  return {
    content: meter.through(stream as AsyncIterable<Buffer>),
    async result() {
      // PostgreSQL says how many rows they were behind the last of them, which may be a packet later: whatever is asked next on
      // this connection is answered after that.
      await client.query('SELECT');
      return { rows: stream.rowCount, ...meter.result() };
    },
  };
}

/**
 * Puts rows into an empty table of this transaction's own making or emptying (FREEZE spares the first reader of each row
 * the work of looking after it).
 */
export async function copyIn(
  client: pg.Client,
  table: Copyable,
  content: AsyncIterable<Uint8Array>,
): Promise<number> {
  const options = `FORMAT ${table.copyFormat}, FREEZE`;
  const stream = client.query(from(`COPY ${target(client, table)} FROM STDIN WITH (${options})`));
  await pipeline(content, stream);
  return stream.rowCount;
}

/** Counts what passes, and takes its SHA-256. */
export function createMeter(onBytes: (count: number) => void = () => undefined) {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async *through<Part extends Uint8Array>(source: AsyncIterable<Part>): AsyncGenerator<Part> {
      for await (const part of source) {
        hash.update(part);
        bytes += part.length;
        onBytes(part.length);
        yield part;
      }
    },
    result: () => ({ bytes, sha256: hash.digest('hex') }),
  };
}

function target(client: pg.Client, { name, columns }: Copyable): string {
  // A table without columns has rows all the same, and COPY wants no list then.
  const list =
    columns.length > 0 ? ` (${columns.map((column) => client.escapeIdentifier(column)).join(', ')})` : '';
  return `${publicName(client, name)}${list}`;
}
