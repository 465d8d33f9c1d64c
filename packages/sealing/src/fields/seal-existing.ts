import type { SealedDatabase } from '../reseal.ts';
import type { FieldPlan, ModelPlan } from './model-plans.ts';
import type { PersonKeys } from './person-keys.ts';
import { hashPrefix, sealedPrefix, sealValue } from './values.ts';

const pageSize = 500;

/**
 * Seals what lies in the clear in a field's column: rows from before the field was sealed. Each is replaced only while it is
 * what was read, so that it can be cut off anywhere, and done by several processes, while all others go on writing.
 *
 * @returns how many rows belong to nobody, and so stay as they are
 */
export async function sealExisting(
  { table, sealed }: ModelPlan,
  field: FieldPlan,
  { database, keys }: { database: SealedDatabase; keys: PersonKeys },
): Promise<number> {
  const person = quoted(sealed!.personColumn);
  const column = quoted(field.column);
  const prefix = field.isSearchable ? hashPrefix : sealedPrefix;
  const text = field.isJson ? `${column}::text` : column;
  const isClear = field.isJson
    ? `NOT (jsonb_typeof(${column}) = 'string' AND starts_with(${column} #>> '{}', '${prefix}'))`
    : `NOT starts_with(${column}, '${prefix}')`;
  const update = `
    UPDATE ${quoted(table)} changed
    SET ${assignments(field)}
    FROM unnest($1::text[]::tid[], $2::text[], $3::text[], $4::text[]) AS clear(place, was, sealed, hash)
    WHERE changed.ctid = clear.place AND changed.${text} = clear.was`;
  let after = '(0,0)';
  let left = 0;
  for (;;) {
    const rows = await database.$queryRawUnsafe<{ place: string; person: string | null; was: string }[]>(
      `SELECT ctid::text AS place, ${person}::text AS person, ${text} AS was FROM ${quoted(table)}
       WHERE ctid > $1::text::tid AND ${isClear} ORDER BY ctid LIMIT ${pageSize}`,
      after,
    );
    const owned = rows.filter((row): row is typeof row & { person: string } => row.person !== null);
    left += rows.length - owned.length;
    if (owned.length > 0) {
      const sealers = await keys.findOrMake(owned.map((row) => row.person));
      const hash = field.isSearchable ? await keys.hasher() : undefined;
      const values = owned.map(({ person: owner, was }) => {
        const value: unknown = field.isJson ? JSON.parse(was) : was;
        return {
          sealed: sealValue(sealers.get(owner)!, field, owner, value),
          hash: hash?.(field, was) ?? null,
        };
      });
      await database.$executeRawUnsafe(
        update,
        owned.map(({ place }) => place),
        owned.map(({ was }) => was),
        values.map((value) => value.sealed),
        values.map((value) => value.hash),
      );
    }
    if (rows.length < pageSize) return left;
    after = rows.at(-1)!.place;
  }
}

function assignments({ isSearchable, isJson, column, sealedColumn }: FieldPlan): string {
  if (isSearchable) return `${quoted(column)} = clear.hash, ${quoted(sealedColumn)} = clear.sealed`;
  return `${quoted(column)} = ${isJson ? 'to_jsonb(clear.sealed)' : 'clear.sealed'}`;
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
