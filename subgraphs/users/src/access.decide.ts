/** What someone is asked to be allowed: an action, with one thing, with all things of a type, or with nothing. */
export interface Question {
  /** Such as `events:update`. */
  action: string;
  /** Null: what roles alone decide. */
  resource: Resource | null;
}

/** A thing, or all things of its type. */
export interface Resource {
  /** What ids of the type begin with, such as `event`. */
  type: string;
  /** A UUID; null: all of them. */
  id: string | null;
}

/** Whom an entry concerns: a UUID of that kind. */
export interface Subject {
  kind: 'user' | 'group' | 'role';
  id: string;
}

/** A step on the way to what decided. */
export type Step = Subject | { kind: 'entry'; id: string };

/** An entry, as far as it decides. */
export interface Entry {
  id: string;
  subject: Subject;
  action: string;
  resourceType: string;
  /** Null: all things of the type. */
  resourceId: string | null;
  effect: 'ALLOW' | 'DENY';
  expiresAt: Date | null;
}

/** Someone, and by which ways they are who they are. */
export interface Person {
  userId: string;
  isActive: boolean;
  /**
   * The way to all that they are, by `keyOf`: themselves, their groups, and their roles by groups and inheritance. Each
   * way begins with the person and ends with the subject.
   */
  ways: ReadonlyMap<string, readonly Subject[]>;
  /** The role that gives a right, by its scope. */
  roleOf: ReadonlyMap<string, string>;
}

/** What is known beside the person. */
export interface Facts {
  /** At least all those on the question; what has nothing to do with it is passed over. */
  entries: readonly Entry[];
  /** Null: nobody, as far as is known. */
  ownerId: string | null;
}

export type Reason = 'ROLE' | 'OWNER' | 'ENTRY' | 'DENIED' | 'INACTIVE' | 'UNKNOWN' | 'NONE';

export interface Decision {
  allowed: boolean;
  reason: Reason;
  path: readonly Step[];
  /** When an entry that may have had a part in it ends; null: it holds until something changes. */
  until: Date | null;
}

/** One text for a subject. */
export function keyOf({ kind, id }: Subject): string {
  return `${kind}:${id}`;
}

/**
 * Whether someone may do something, and why.
 *
 * What is kept from them is kept whatever else allows it. Then what is theirs is theirs; then an entry may allow it;
 * then the right that a role gives, which is for all things.
 *
 * @param person null when there is nobody
 * @param now entries that have ended by then are none
 */
export function decide(person: Person | null, question: Question, facts: Facts, now: Date): Decision {
  if (!person) return { allowed: false, reason: 'UNKNOWN', path: [], until: null };
  const self: Subject = { kind: 'user', id: person.userId };
  if (!person.isActive) return { allowed: false, reason: 'INACTIVE', path: [self], until: null };

  const entries = facts.entries.filter((entry) => concerns(entry, person, question, now));
  const until = earliest(entries);
  const by = (effect: Entry['effect']) => entries.find((entry) => entry.effect === effect);
  const wayOf = (entry: Entry): Step[] => [
    ...(person.ways.get(keyOf(entry.subject)) ?? []),
    { kind: 'entry', id: entry.id },
  ];

  const denied = by('DENY');
  if (denied) return { allowed: false, reason: 'DENIED', path: wayOf(denied), until };
  if (question.resource?.id && facts.ownerId === person.userId)
    return { allowed: true, reason: 'OWNER', path: [self], until };
  const allowed = by('ALLOW');
  if (allowed) return { allowed: true, reason: 'ENTRY', path: wayOf(allowed), until };
  const roleId = person.roleOf.get(question.action);
  if (roleId) {
    const path = person.ways.get(keyOf({ kind: 'role', id: roleId })) ?? [self];
    return { allowed: true, reason: 'ROLE', path, until };
  }
  return { allowed: false, reason: 'NONE', path: [], until };
}

function concerns(entry: Entry, person: Person, { action, resource }: Question, now: Date): boolean {
  if (!resource || entry.action !== action || entry.resourceType !== resource.type) return false;
  if (entry.resourceId !== null && entry.resourceId !== resource.id) return false;
  if (entry.expiresAt && entry.expiresAt <= now) return false;
  return person.ways.has(keyOf(entry.subject));
}

function earliest(entries: readonly Entry[]): Date | null {
  const ends = entries.flatMap(({ expiresAt }) => expiresAt ?? []);
  return ends.length > 0 ? new Date(Math.min(...ends.map(Number))) : null;
}
