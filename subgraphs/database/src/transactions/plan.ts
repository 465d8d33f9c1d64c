import { forbidden, newId, type RequestContext, UserFault, userFaults } from '@kronos/subgraph';
import { z } from 'zod';
import { columnOf, parameterAt, QueryFault, toConditions } from '../data/filters.ts';
import { tableOf } from '../data/page.ts';
import { type Sight, sightOf } from '../data/sight.ts';
import type { Table } from '../data/tables.ts';

/** A row, or rows, to write. */
export interface RowWrite {
  store: 'POSTGRESQL';
  kind: 'INSERT' | 'UPDATE' | 'DELETE';
  name: string;
  table: Table;
  sight: Sight;
  data: Readonly<Record<string, unknown>>;
  where: Readonly<Record<string, unknown>>;
  expectedRows: number | undefined;
}

/** A key to write when all else is done. */
export interface KeyWrite {
  store: 'REDIS';
  kind: 'SET' | 'DEL';
  key: string;
  value: string;
  ttlSeconds: number;
}

export type PlannedOperation = RowWrite | KeyWrite;

/** What a value can be in place of one: what an earlier operation has written in a column. */
export interface Reference {
  operation: number;
  column: string;
}

/** Operations that can be executed, as far as can be said without executing them. */
export interface Plan {
  operations: readonly PlannedOperation[];
  /** The domains whose databases take part, in the order in which connections are taken. */
  domains: readonly string[];
  /** Of a person: how much of everything they may have, which the tables hold; a service is bound by the larger plan. */
  quota: Quota | null;
}

/** What a person may have. */
export interface Quota {
  userId: string;
  plan: 'user' | 'premium';
}

const mostOperations = 50;
const text = z.string().optional().nullable();
const object = z.record(z.string(), z.unknown()).optional().nullable();
const operationShape = z.object({
  database: z.enum(['POSTGRESQL', 'REDIS']),
  operation: z.enum(['INSERT', 'UPDATE', 'DELETE', 'SET', 'DEL']),
  table: text,
  data: object,
  where: object,
  expectedRows: z.number().int().min(0).max(100).optional().nullable(),
  key: text,
  value: text,
  ttl: z.number().int().min(1).max(86_400).optional().nullable(),
});
type OperationInput = z.output<typeof operationShape>;

const keyShape = /^[\w:./-]{1,200}$/;
const mostValue = 100_000;
const presetTtl = 3_600;

/**
 * Checks all operations before any is begun.
 *
 * @throws UserFaults with all that is wrong; UNAUTHENTICATED and FORBIDDEN for who may not write a table at all
 */
export function toPlan(inputs: readonly unknown[], caller: Pick<RequestContext, 'viewer' | 'service'>): Plan {
  if (inputs.length === 0 || inputs.length > mostOperations)
    userFaults(
      new UserFault({
        code: inputs.length === 0 ? 'REQUIRED' : 'INVALID',
        message: `A transaction has 1 to ${mostOperations} operations.`,
        field: ['input', 'operations'],
      }),
    );
  const operations: PlannedOperation[] = [];
  const faults: UserFault[] = [];
  for (const [index, input] of inputs.entries()) {
    const path = ['operations', String(index)];
    const shape = operationShape.safeParse(input);
    for (const { message, path: at } of shape.error?.issues ?? [])
      faults.push(invalid(message, [...path, ...at.map(String)]));
    if (!shape.success) continue;
    try {
      operations.push(
        shape.data.database === 'REDIS'
          ? toKeyWrite(shape.data, path)
          : toRowWrite(shape.data, { operations, caller, path }),
      );
    } catch (error) {
      if (!(error instanceof QueryFault)) throw error;
      faults.push(invalid(error.message, error.path, error.details));
    }
  }
  if (faults.length > 0) userFaults(faults);
  const domains = operations.flatMap((one) => (one.store === 'POSTGRESQL' ? [one.table.domain] : []));
  return { operations, domains: [...new Set(domains)].sort(), quota: quotaOf(caller) };
}

function quotaOf({ viewer }: Pick<RequestContext, 'viewer'>): Quota | null {
  if (!viewer) return null;
  return { userId: viewer.userId, plan: viewer.scopes.has('quota:premium') ? 'premium' : 'user' };
}

function invalid(message: string, path: readonly string[], details?: Record<string, unknown>): UserFault {
  return new UserFault({ code: 'INVALID', message, field: ['input', ...path], details });
}

function toKeyWrite({ operation, key, value, ttl }: OperationInput, path: string[]): KeyWrite {
  if (operation !== 'SET' && operation !== 'DEL')
    throw new QueryFault('Keys are SET and DELeted.', [...path, 'operation']);
  if (!key || !keyShape.test(key))
    throw new QueryFault('A key has 1 to 200 letters, digits and _ : . / -.', [...path, 'key']);
  if (operation === 'SET' && (value == null || value.length > mostValue))
    throw new QueryFault(`A value is a text of at most ${mostValue} characters.`, [...path, 'value']);
  return { store: 'REDIS', kind: operation, key, value: value ?? '', ttlSeconds: ttl ?? presetTtl };
}

interface Surroundings {
  operations: readonly PlannedOperation[];
  caller: Pick<RequestContext, 'viewer' | 'service'>;
  path: string[];
}

function toRowWrite(input: OperationInput, { operations, caller, path }: Surroundings): RowWrite {
  const { operation: kind, expectedRows } = input;
  if (kind === 'SET' || kind === 'DEL')
    throw new QueryFault('Rows are INSERTed, UPDATEd and DELETEd.', [...path, 'operation']);
  const table = tableOf(input.table ?? '', [...path, 'table']);
  if (!table.operations.includes(kind))
    throw new QueryFault(`There is no ${kind} for “${input.table}”.`, [...path, 'operation'], {
      operations: table.operations,
    });
  const sight = sightOf(caller, table, 'writeAll');
  refuseBeyondWork(caller, table, kind, Object.keys(input.data ?? {}));
  const where = input.where ?? {};
  const data = { ...input.data };
  if (kind === 'INSERT') prepareInsert(table, sight, data, path);
  else {
    if (Object.keys(where).length === 0)
      throw new QueryFault('Say which rows are meant.', [...path, 'where']);
    toConditions(table, where, [], [...path, 'where']);
  }
  if (kind === 'UPDATE' && Object.keys(data).length === 0)
    throw new QueryFault('There is nothing to change.', [...path, 'data']);
  if (kind !== 'DELETE') checkData({ table, kind, sight }, data, [...path, 'data'], operations);
  return {
    store: 'POSTGRESQL',
    ...{ kind, name: input.table!, table, sight, data, where },
    expectedRows: expectedRows ?? undefined,
  };
}

/**
 * A service that works with a table writes what its work brings, and nothing else.
 *
 * @throws FORBIDDEN
 */
function refuseBeyondWork(
  { service }: Pick<RequestContext, 'service'>,
  { worker, writeAll }: Table,
  kind: RowWrite['kind'],
  written: readonly string[],
): void {
  if (!service || ['database:admin', writeAll].some((scope) => service.scopes.has(scope))) return;
  const { operations, columns } = worker!;
  if (operations.includes(kind) && (!columns || written.every((name) => columns.includes(name)))) return;
  throw forbidden(undefined, { requiredScopes: [[writeAll], ['database:admin']] });
}

/** Gives a new row its key and its owner. */
function prepareInsert(table: Table, sight: Sight, data: Record<string, unknown>, path: string[]): void {
  if (table.columns[table.key]!.write && table.key === 'id') data.id ??= newId();
  if (sight === 'all') return;
  if (table.maker) data[table.maker] = sight.owner;
  if ('through' in table.owner) return;
  const { column } = table.owner;
  const at = [...path, 'data', column];
  if (data[column] != null && parameterAt(table.columns[column]!, data[column], at) !== sight.owner)
    throw new QueryFault('What you make is yours.', at);
  data[column] = sight.owner;
}

function checkData(
  { table, kind, sight }: { table: Table; kind: 'INSERT' | 'UPDATE'; sight: Sight },
  data: Readonly<Record<string, unknown>>,
  path: string[],
  before: readonly PlannedOperation[],
): void {
  for (const [name, value] of Object.entries(data)) {
    const at = [...path, name];
    const column = columnOf(table, name, at);
    if (column.write !== 'always' && !(kind === 'INSERT' && column.write === 'insert'))
      throw new QueryFault(`“${name}” is not written by ${kind}.`, at);
    if (column.notByOwner && sight !== 'all')
      throw new QueryFault(`“${name}” is written by whoever does the work.`, at);
    if (value === null) {
      if (column.required) throw new QueryFault(`“${name}” is never null.`, at);
    } else if (column.type !== 'json' && typeof value === 'object') checkReference(value, at, before);
    else parameterAt(column, value, at);
  }
  const missing = Object.entries(table.columns).find(
    ([name, { required }]) => kind === 'INSERT' && required && data[name] == null,
  );
  if (missing) throw new QueryFault(`“${missing[0]}” is needed.`, [...path, missing[0]]);
}

function checkReference(value: object, path: string[], before: readonly PlannedOperation[]): void {
  const { operation, column } = value as Partial<Reference>;
  const source = Number.isInteger(operation) ? before[operation! - 1] : undefined;
  if (source?.store !== 'POSTGRESQL' || typeof column !== 'string')
    throw new QueryFault('A reference is {"operation": <number of an earlier one>, "column": "…"}.', path);
  columnOf(source.table, column, path);
}
