import { forbidden, type RequestContext, scopesOf, unauthenticated } from '@kronos/subgraph';
import pg from 'pg';
import type { Parameters } from './filters.ts';
import { type Table, tables } from './tables.ts';

/** Whose rows somebody may have: everybody's, or those of one person, by their UUID. */
export type Sight = 'all' | { owner: string };

type Caller = Pick<RequestContext, 'viewer' | 'service'>;

/**
 * Whose rows of a table the caller may read, or write: everybody's with the scope that the table names, and otherwise their own.
 *
 * @throws UNAUTHENTICATED for nobody, FORBIDDEN for a service that lacks the scope
 */
export function sightOf(caller: Caller, table: Table, access: 'readAll' | 'writeAll'): Sight {
  const scopes = scopesOf(caller);
  if (!scopes) throw unauthenticated();
  if (scopes.has('database:admin') || scopes.has(table[access])) return 'all';
  if (caller.viewer) return { owner: caller.viewer.userId };
  throw forbidden(undefined, { requiredScopes: [[table[access]], ['database:admin']] });
}

/** The condition of SQL that a row is within sight; none for who sees all. */
export function ownedBy(table: Table, sight: Sight, parameters: Parameters, alias = 't'): string[] {
  if (sight === 'all') return [];
  parameters.push(sight.owner);
  const owner = `$${parameters.length}::uuid`;
  const column = `${alias}.${pg.escapeIdentifier(table.owner.column)}`;
  if (!('through' in table.owner)) return [`${column} = ${owner}`];
  const parent = tables[table.owner.through]!;
  const { relation, key } = parent;
  return [
    `EXISTS (SELECT FROM ${pg.escapeIdentifier(relation)} AS parent
      WHERE parent.${pg.escapeIdentifier(key)} = ${column}
        AND parent.${pg.escapeIdentifier(parent.owner.column)} = ${owner})`,
  ];
}
