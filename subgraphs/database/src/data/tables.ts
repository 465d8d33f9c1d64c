import type { ColumnType } from './column-types.ts';

/** A column as callers know it; in the database it has the same name. */
export interface Column {
  type: ColumnType;
  /** Of an id: what it begins with at the edge, such as `project`. */
  of?: string;
  /** Of a text: the most characters. */
  max?: number;
  /** When a transaction may give it a value; never, when omitted. */
  write?: 'insert' | 'always';
  /** Only who may write everybody's rows gives it a value; an owner's own rows get it from the database. */
  notByOwner?: true;
  /** An insert needs it. */
  required?: true;
  /** Of a text: whether it names a file, which is a path that stays within its folder, or an address. */
  isPath?: true;
  /** Of an id: the table that it names a row of, which has to belong to the same owner's row as this one. */
  within?: string;
}

/** Whose a row is. */
export type Ownership =
  | { column: string }
  /** Whose the row of another table of the same database is that this column names. */
  | { column: string; through: string };

/** What a service does with a table. */
export interface Worker {
  scope: string;
  operations: readonly ('INSERT' | 'UPDATE' | 'DELETE')[];
  /** The columns that it writes; all that can be written, when omitted. */
  columns?: readonly string[];
}

/** A table that `dataQuery` and `dataTransactionExecute` know. */
export interface Table {
  /** The domain in whose database it is. */
  domain: string;
  /** What it is called there. */
  relation: string;
  /** The column that names a row: a UUID. */
  key: string;
  columns: Readonly<Record<string, Column>>;
  owner: Ownership;
  /** Of things that entries are about: what actions begin with, such as `projects` in `projects:read`. */
  entries?: string;
  /** What a person does by an insert into a table that belongs to a thing; `update`, when omitted. */
  insertIs?: string;
  /** With this scope, everybody's rows are read; `database:admin` has it everywhere. */
  readAll: string;
  /** With this scope, everybody's rows are written. */
  writeAll: string;
  /** What a service may do to everybody's rows that has no more than this scope: it reads them, and writes what it does itself. */
  worker?: Worker;
  /** What an owner may do to their rows, and who has `writeAll` to all. */
  operations: readonly ('INSERT' | 'UPDATE' | 'DELETE')[];
  /** The column that says who made a row, where an owner's own rows have to say so. */
  maker?: string;
  /** Columns that are set to the present at each change. */
  touched?: string;
  /** The order of pages when none is asked for: the newest first. */
  newest: string;
}

const id = (of: string, rest: Omit<Column, 'type' | 'of'> = {}): Column => ({ type: 'id', of, ...rest });
const text = (max: number, rest: Omit<Column, 'type' | 'max'> = {}): Column => ({
  type: 'text',
  max,
  ...rest,
});
const json = (rest: Omit<Column, 'type'> = {}): Column => ({ type: 'json', ...rest });
const time: Column = { type: 'timestamp' };
const insert = { write: 'insert' } as const;
const always = { write: 'always' } as const;
const needed = { write: 'insert', required: true } as const;

/** What the service does that analyses content and makes animations. */
const analyst = (...operations: Worker['operations']): Pick<Table, 'worker'> => ({
  worker: { scope: 'projects:analyze', operations },
});
const analystOf = (...columns: string[]): Pick<Table, 'worker'> => ({
  worker: { scope: 'projects:analyze', operations: ['UPDATE'], columns },
});
const inProjects = { domain: 'projects', key: 'id', readAll: 'data:read', writeAll: 'data:write' } as const;
const ofProject = {
  ...inProjects,
  owner: { column: 'project_id', through: 'projects' },
  newest: 'created_at',
} as const;

/**
 * Every table that callers can name, by the name that the Core Database Service has for it, with every column that they can
 * name. What is not here does not exist for them.
 */
export const tables: Readonly<Record<string, Table>> = {
  projects: {
    ...inProjects,
    ...analystOf('status'),
    relation: 'projects',
    columns: {
      id: id('project', insert),
      user_id: id('user', needed),
      title: text(255, { write: 'always', required: true }),
      description: text(10_000, always),
      status: text(50, always),
      content_path: text(500, { ...always, isPath: true }),
      parameters: json(always),
      created_at: time,
      updated_at: time,
    },
    owner: { column: 'user_id' },
    entries: 'projects',
    operations: ['INSERT', 'UPDATE', 'DELETE'],
    touched: 'updated_at',
    newest: 'created_at',
  },
  content_analysis: {
    ...ofProject,
    ...analyst('INSERT', 'UPDATE'),
    relation: 'content_analysis',
    columns: {
      id: id('content_analysis', insert),
      project_id: id('project', needed),
      analysis_type: text(100, needed),
      result: json({ write: 'always', required: true }),
      confidence_score: { type: 'decimal', ...always },
      created_at: time,
    },
    operations: ['INSERT', 'UPDATE', 'DELETE'],
  },
  media_assets: {
    ...ofProject,
    ...analyst('INSERT'),
    relation: 'media_assets',
    columns: {
      id: id('media_asset', insert),
      project_id: id('project', needed),
      asset_type: text(50, needed),
      file_path: text(500, { ...needed, isPath: true }),
      metadata: json(always),
      size_bytes: { type: 'bigint', ...always },
      created_at: time,
    },
    operations: ['INSERT', 'UPDATE', 'DELETE'],
  },
  scenes: {
    ...ofProject,
    ...analyst('INSERT', 'UPDATE', 'DELETE'),
    relation: 'scenes',
    columns: {
      id: id('scene', insert),
      project_id: id('project', needed),
      analysis_id: id('content_analysis', { ...insert, within: 'content_analysis' }),
      position: { type: 'integer', write: 'always', required: true },
      summary: text(10_000, { write: 'always', required: true }),
      confidence_score: { type: 'decimal', ...always },
      asset_id: id('media_asset', { ...always, within: 'media_assets' }),
      created_at: time,
    },
    operations: ['INSERT', 'UPDATE', 'DELETE'],
  },
  generation_jobs: {
    ...ofProject,
    ...analystOf('status', 'progress', 'result_asset_id'),
    relation: 'generation_jobs',
    columns: {
      id: id('generation_job', insert),
      project_id: id('project', needed),
      requested_by: id('user', insert),
      status: text(50, { ...always, notByOwner: true }),
      progress: { type: 'number', ...always, notByOwner: true },
      parameters: json(insert),
      result_asset_id: id('media_asset', { ...always, within: 'media_assets', notByOwner: true }),
      created_at: time,
      started_at: time,
      finished_at: time,
    },
    operations: ['INSERT', 'UPDATE'],
    insertIs: 'generate',
    maker: 'requested_by',
  },
  project_versions: {
    ...ofProject,
    ...analyst(),
    relation: 'project_versions',
    columns: {
      id: id('project_version', insert),
      project_id: id('project', needed),
      number: { type: 'integer' },
      title: text(255, needed),
      description: text(10_000, insert),
      content_path: text(500, { ...insert, isPath: true }),
      parameters: json(insert),
      changed_by: id('user', insert),
      created_at: time,
    },
    operations: ['INSERT'],
    maker: 'changed_by',
  },
  preferences: {
    ...inProjects,
    key: 'user_id',
    ...analyst(),
    relation: 'preferences',
    columns: { user_id: id('user', needed), parameters: json(always), updated_at: time },
    owner: { column: 'user_id' },
    operations: ['INSERT', 'UPDATE'],
    touched: 'updated_at',
    newest: 'updated_at',
  },
  users: {
    domain: 'users',
    relation: 'user',
    key: 'id',
    columns: {
      id: id('user'),
      display_name: text(100, always),
      avatar_url: text(500),
      locale: text(35, always),
      time_zone: text(50, always),
      status: { type: 'enum' },
      created_at: time,
      updated_at: time,
    },
    owner: { column: 'id' },
    readAll: 'users:read',
    writeAll: 'users:write',
    operations: ['UPDATE'],
    touched: 'updated_at',
    newest: 'created_at',
  },
};
