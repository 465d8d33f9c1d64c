/** The part of `pg-cursor` that is used; it comes without types. */
declare module 'pg-cursor' {
  import type { Connection, CustomTypesConfig, QueryResult, Submittable } from 'pg';

  export default class Cursor implements Submittable {
    constructor(
      text: string,
      values: readonly unknown[],
      config?: { rowMode?: 'array'; types?: Pick<CustomTypesConfig, 'getTypeParser'> },
    );
    submit(connection: Connection): void;
    read(
      count: number,
      callback: (error: Error | undefined, rows: unknown[], result?: QueryResult) => void,
    ): void;
    close(): Promise<void>;
  }
}
