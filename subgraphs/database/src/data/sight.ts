import { forbidden, type RequestContext, scopesOf, unauthenticated } from '@kronos/subgraph';
import pg from 'pg';
import { type KnownEntries, mayDo, type Person } from './entries.ts';
import type { Parameters } from './filters.ts';
import { type Table, tables } from './tables.ts';

/** Whose rows somebody may have: everybody's, or those of one person and what is shared with them. */
export type Sight = 'all' | PersonalSight;

/** What one person may have. */
export interface PersonalSight extends Person {
  /** What is known of entries on things; a statement asks for all of them, when omitted. */
  known?: KnownEntries;
}

type Caller = Pick<RequestContext, 'viewer' | 'service'>;

/**
 * Whose rows of a table the caller may read, or write: everybody's with the scope that the table names, and for the service that
 * works with them; otherwise their own.
 *
 * @throws UNAUTHENTICATED for nobody, FORBIDDEN for a service that lacks the scope
 */
export function sightOf(caller: Caller, table: Table, access: 'readAll' | 'writeAll'): Sight {
  const scopes = scopesOf(caller);
  if (!scopes) throw unauthenticated();
  if (scopes.has('database:admin') || scopes.has(table[access])) return 'all';
  if (caller.viewer) return { owner: caller.viewer.userId, roles: caller.viewer.roles };
  // What a worker writes of them, the plan of a transaction says.
  if (table.worker && scopes.has(table.worker.scope)) return 'all';
  throw forbidden(undefined, { requiredScopes: [[table[access]], ['database:admin']] });
}

/** Whether entries decide on rows of the table, beside whose they are. */
export function hasEntries({ entries, owner }: Table): boolean {
  return entries !== undefined || ('through' in owner && tables[owner.through]!.entries !== undefined);
}

/** What somebody does who reads. */
export const reads = ['read'] as const;
/** The same, as entries of the only domain call it whose things have entries here. */
export const readAction = 'projects:read';

/**
 * The condition of SQL that a row is within sight; none for who sees all.
 *
 * @param actions what is done with the thing that the row is or belongs to, beside reading it
 */
export function ownedBy(
  table: Table,
  sight: Sight,
  parameters: Parameters,
  actions: readonly string[] = reads,
): string[] {
  if (sight === 'all') return [];
  const { owner } = table;
  const column = `t.${pg.escapeIdentifier(owner.column)}`;
  if ('through' in owner) return [belongsToSight(tables[owner.through]!, column, sight, parameters, actions)];
  return [isInSight(table, 't', sight, parameters, actions)];
}

/** The condition that the row of another table which a value names is within sight. */
export function belongsToSight(
  parent: Table,
  value: string,
  sight: PersonalSight,
  parameters: Parameters,
  actions: readonly string[] = reads,
): string {
  return `EXISTS (SELECT FROM ${pg.escapeIdentifier(parent.relation)} AS parent
    WHERE parent.${pg.escapeIdentifier(parent.key)} = ${value}
      AND ${isInSight(parent, 'parent', sight, parameters, actions)})`;
}

function isInSight(
  { entries, owner }: Table,
  alias: string,
  sight: PersonalSight,
  parameters: Parameters,
  actions: readonly string[],
): string {
  const ownerColumn = pg.escapeIdentifier(owner.column);
  if (entries) {
    const named = actions.map((action) => `${entries}:${action}`);
    return mayDo({ thing: alias, ownerColumn, actions: named }, sight, parameters);
  }
  parameters.push(sight.owner);
  return `${alias}.${ownerColumn} = $${parameters.length}::uuid`;
}
