import type { Parameters } from './filters.ts';
import type { Statement } from './page.ts';

/** A person whose rights are asked for. */
export interface Person {
  /** Their UUID. */
  owner: string;
  /** Those of their token, with what these inherit. */
  roles: readonly string[];
}

/** What entries say to a person of the things of a domain, as far as a statement has to ask for it. */
export interface KnownEntries {
  /** Whether any allows something. */
  allows: boolean;
  /** Whether any denies something. */
  denies: boolean;
}

/** What is known of somebody whom no entry concerns. */
export const noEntries: KnownEntries = { allows: false, denies: false };

/** Where nothing is known: a statement then asks for both. */
const unknown: KnownEntries = { allows: true, denies: true };

/** Entries that concern a person now, by the alias `entry`. */
function concerning({ owner, roles }: Person, parameters: Parameters): string {
  parameters.push(owner, [`user:${owner}`, ...roles.map((role) => `role:${role}`)]);
  const [person, subjects] = [`$${parameters.length - 1}::uuid`, `$${parameters.length}::text[]`];
  // One list, so that an index finds them.
  const groups = `ARRAY(SELECT 'group:' || group_id FROM access_membership WHERE user_id = ${person})`;
  return `entry.subject = ANY(${subjects} || ${groups}) AND (entry.expires_at IS NULL OR entry.expires_at > now())`;
}

/**
 * The condition of SQL that a person may do something with a thing: what is theirs, or what an entry allows, but nothing that
 * one denies. The same as `loadAccess` in `packages/subgraph`, which says it to Prisma.
 *
 * @param thing the alias of its row
 * @param ownerColumn says whose it is, quoted
 * @param actions all of which they want to do, such as `projects:read`
 */
export function mayDo(
  { thing, ownerColumn, actions }: { thing: string; ownerColumn: string; actions: readonly string[] },
  { known = unknown, ...person }: Person & { known?: KnownEntries },
  parameters: Parameters,
): string {
  parameters.push(person.owner);
  const isOwn = `${thing}.${ownerColumn} = $${parameters.length}::uuid`;
  if (!known.allows && !known.denies) return isOwn;
  const concerns = concerning(person, parameters);
  return actions
    .map((action) => {
      parameters.push(action);
      const entry = (effect: string) =>
        `EXISTS (SELECT FROM access_entry AS entry WHERE ${concerns} AND entry.action = $${parameters.length}
          AND (entry.resource_id = ${thing}.id OR entry.resource_id IS NULL) AND entry.effect = '${effect}')`;
      const allowed = known.allows ? `(${isOwn} OR ${entry('ALLOW')})` : isOwn;
      return known.denies ? `${allowed} AND NOT ${entry('DENY')}` : allowed;
    })
    .join(' AND ');
}

/** What entries say to a person of doing something, as a statement: `allows`, `denies`, and `until` when that holds. */
export function entriesStatement(person: Person, action: string): Statement {
  const values: Parameters = [];
  const from = entriesOf(person, action, values);
  return {
    text: `SELECT bool_or(entry.effect = 'ALLOW') AS allows, bool_or(entry.effect = 'DENY') AS denies,
      (extract(epoch FROM min(entry.expires_at)) * 1000)::bigint AS until ${from}`,
    values,
  };
}

/** Whether there is any entry that concerns a person, as an expression of SQL. */
export function hasAnyEntry(person: Person, action: string, parameters: Parameters): string {
  return `EXISTS (SELECT ${entriesOf(person, action, parameters)})`;
}

function entriesOf(person: Person, action: string, parameters: Parameters): string {
  const concerns = concerning(person, parameters);
  parameters.push(action);
  return `FROM access_entry AS entry WHERE ${concerns} AND entry.action = $${parameters.length}`;
}

/** Reads what `entriesStatement` has found. */
export function knownOf({ allows, denies, until }: Readonly<Record<string, string | null>>): KnownEntries & {
  /** In milliseconds since 1970; null for ever. */
  until: number | null;
} {
  return { allows: allows === 't', denies: denies === 't', until: until == null ? null : Number(until) };
}
