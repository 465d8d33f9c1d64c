// The package brings no types of its own.
declare module 'pg-copy-streams' {
  import type { Readable, Writable } from 'node:stream';
  import type { Submittable } from 'pg';

  /** The bytes of `COPY … TO STDOUT`; `rowCount` is known when it has ended. */
  export function to(sql: string): Readable & Submittable & { rowCount: number };
  /** Takes the bytes of `COPY … FROM STDIN`; it has finished when PostgreSQL has taken them. */
  export function from(sql: string): Writable & Submittable & { rowCount: number };
}
