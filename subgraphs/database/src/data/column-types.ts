import { encodeId, isMediaPath, tryDecodeId } from '@kronos/subgraph';
import pg from 'pg';
import type { Column } from './tables.ts';

/** What columns can hold. `enum` is one of PostgreSQL's enums, which callers see as a text. */
export type ColumnType =
  | 'id'
  | 'text'
  | 'enum'
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'number'
  | 'boolean'
  | 'timestamp'
  | 'json';

/** The type of PostgreSQL that a value is sent as. An enum is compared as a text. */
export const sqlTypes: Readonly<Record<ColumnType, string>> = {
  id: 'uuid',
  text: 'text',
  enum: 'text',
  integer: 'int4',
  bigint: 'int8',
  decimal: 'numeric',
  number: 'float8',
  boolean: 'bool',
  timestamp: 'timestamptz',
  json: 'jsonb',
};

/** A value that a column cannot have; the message says which it can. */
export class ValueFault extends Error {
  override readonly name = 'ValueFault';
}

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const whole = /^[+-]?\d{1,19}$/;
const decimal = /^[+-]?\d{1,30}(\.\d{1,30})?$/;
// RFC 3339, as the scalar DateTime has it.
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;
const mostText = 10_000;
const mostJsonBytes = 100_000;
const [int4, int8] = [2n ** 31n, 2n ** 63n];

/**
 * What is sent to PostgreSQL for a value that a caller gave: a text that its type takes, never part of a statement.
 *
 * @throws ValueFault when the column cannot have it
 */
export function toParameter({ type, of, isPath, max = mostText }: Column, value: unknown): string {
  switch (type) {
    case 'id': {
      const decoded = typeof value === 'string' && (uuid.test(value) ? value : tryDecodeId(of!, value));
      if (!decoded) throw new ValueFault(`expected an id, ${of}_… or a UUID`);
      return decoded.toLowerCase();
    }
    case 'text':
    case 'enum':
      if (typeof value !== 'string') throw new ValueFault('expected a text');
      if (value.length > max) throw new ValueFault(`expected at most ${max} characters`);
      if (value.includes('\0')) throw new ValueFault('expected a text without the character NUL');
      if (isPath && !isMediaPath(value))
        throw new ValueFault('expected a path without “..”, or an https or s3 address');
      return value;
    case 'integer':
      return toWhole(value, int4, 'expected a whole number of 32 bits');
    case 'bigint':
      return toWhole(value, int8, 'expected a whole number of 64 bits');
    case 'decimal':
    case 'number': {
      const given = typeof value === 'number' ? String(value) : value;
      if (typeof given === 'string' && (decimal.test(given) || typeof value === 'number')) return given;
      throw new ValueFault('expected a number');
    }
    case 'boolean':
      if (typeof value !== 'boolean') throw new ValueFault('expected true or false');
      return String(value);
    case 'timestamp':
      if (typeof value === 'string' && moment.test(value) && !Number.isNaN(Date.parse(value))) return value;
      throw new ValueFault('expected a moment such as 2027-01-15T18:00:00Z');
    case 'json': {
      const json = JSON.stringify(value);
      if (Buffer.byteLength(json) > mostJsonBytes)
        throw new ValueFault(`expected at most ${mostJsonBytes} bytes of JSON`);
      if (json.includes('\\u0000')) throw new ValueFault('expected JSON without the character NUL');
      return json;
    }
  }
}

function toWhole(value: unknown, limit: bigint, expected: string): string {
  const given = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof given !== 'string' || !whole.test(given)) throw new ValueFault(expected);
  const number = BigInt(given);
  if (number < -limit || number >= limit) throw new ValueFault(expected);
  return number.toString();
}

/** A row as PostgreSQL writes it. */
export type TextRow = Readonly<Record<string, string | null>>;

/** For a statement's `types`: columns come as PostgreSQL writes them, since what they mean is known here. */
export const asTexts = { getTypeParser: () => (text: string) => text };

/** What a caller sees of a value that was read `asTexts`. */
export function fromDatabase({ type, of }: Column, text: string | null): unknown {
  if (text === null) return null;
  switch (type) {
    case 'id':
      return encodeId(of!, text);
    case 'text':
    case 'enum':
      return text;
    case 'integer':
    case 'decimal':
    case 'number':
      return Number(text);
    case 'bigint': {
      const number = Number(text);
      // What JSON's readers would round stays a text.
      return Number.isSafeInteger(number) ? number : text;
    }
    case 'boolean':
      return text === 't';
    case 'timestamp':
      return toMoment(text);
    case 'json':
      return JSON.parse(text);
  }
}

const momentInUtc = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/;

/** In RFC 3339, to the millisecond; null for a moment without end. */
function toMoment(text: string): string | null {
  const parts = momentInUtc.exec(text);
  if (parts) return `${parts[1]}T${parts[2]}.${(parts[3] ?? '').slice(0, 3).padEnd(3, '0')}Z`;
  const moment = parseTimestamp(text);
  return moment instanceof Date ? moment.toISOString() : null;
}

const parseTimestamp = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ) as (text: string) => unknown;
