import { badUserInput } from './errors.ts';

/** How one field of a filter reads: a column, a column whose values are converted first, or a condition of its own. */
export type FilterField =
  | string
  | { column: string; decode: (value: string) => unknown }
  | ((value: never) => object);

type Filter = Record<string, unknown>;

const maxConditions = 100;
const maxParts = 200;
const maxLevels = 10;

const operators: Record<string, (value: unknown) => object> = {
  eq: (value) => ({ equals: value }),
  in: (value) => ({ in: value }),
  contains: (value) => ({ contains: literal(value), mode: 'insensitive' }),
  startsWith: (value) => ({ startsWith: literal(value), mode: 'insensitive' }),
  gt: (value) => ({ gt: value }),
  gte: (value) => ({ gte: value }),
  lt: (value) => ({ lt: value }),
  lte: (value) => ({ lte: value }),
};

/**
 * A Prisma `where` from a filter of typed operators (`eq in contains startsWith gt gte lt lte`) with `and`, `or`, `not`.
 * What is null or absent is no condition, so that clients can pass variables that are not set.
 *
 * @param fields the filter's own fields; a field that is not here is a mistake of the subgraph
 * @throws BAD_USER_INPUT for more than 100 conditions, each value of an `in` among them, for more than 200 parts or
 *   10 levels of them, and whatever a field's `decode` throws
 */
export function toWhere(
  filter: object | null | undefined,
  fields: Readonly<Record<string, FilterField>>,
): Record<string, unknown> {
  let conditions = 0;
  let parts = 0;

  function all(part: object | null | undefined, level: number): Record<string, unknown> {
    // Filters without a condition are none of the conditions, and the database's client goes fifty levels deep.
    parts += 1;
    if (parts > maxParts) throw badUserInput(`A filter has at most ${maxParts} parts.`);
    if (level > maxLevels) throw badUserInput(`A filter holds at most ${maxLevels} levels of filters.`);
    const members = Object.entries(part ?? {}).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : one(name, value, level),
    );
    return members.length > 0 ? { AND: members } : {};
  }

  function one(name: string, value: Filter | Filter[], level: number): object[] {
    const inner = (part: Filter) => all(part, level + 1);
    if (name === 'and') return (value as Filter[]).map(inner);
    if (name === 'or') return [{ OR: (value as Filter[]).map(inner) }];
    if (name === 'not') return [{ NOT: inner(value as Filter) }];
    count(1);
    return fieldConditions(name, value);
  }

  function count(more: number): void {
    conditions += more;
    if (conditions > maxConditions) throw badUserInput(`A filter holds at most ${maxConditions} conditions.`);
  }

  function fieldConditions(name: string, value: Filter | Filter[]): object[] {
    const field = fields[name];
    if (field === undefined) throw new Error(`The filter field “${name}” is not known to toWhere.`);
    if (typeof field === 'function') return [field(value as never)];
    const column = typeof field === 'string' ? field : field.column;
    const decode = typeof field === 'string' ? (given: unknown) => given : decodeAll(field.decode);
    return Object.entries(value).flatMap(([operator, operand]) => {
      if (operand === null || operand === undefined) return [];
      // Each value of a list is one more to compare with.
      if (Array.isArray(operand)) count(operand.length);
      const condition = operators[operator];
      if (!condition)
        throw new Error(`The filter operator “${operator}” of “${name}” is not known to toWhere.`);
      return [{ [column]: condition(decode(operand)) }];
    });
  }

  return all(filter, 1);
}

function decodeAll(decode: (value: string) => unknown): (given: unknown) => unknown {
  return (given) => (Array.isArray(given) ? given.map(decode) : decode(given as string));
}

/** Prisma passes LIKE's wildcards through; a client means them as characters. */
function literal(value: unknown): string {
  return String(value).replace(/[\\%_]/g, '\\$&');
}
