import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type Entry, keyOf, type Person, type Question, type Subject } from './access.decide.ts';
import { toPerson } from './access.facts.ts';

const now = new Date('2027-01-15T12:00:00Z');
const [past, future] = [new Date('2027-01-14T12:00:00Z'), new Date('2027-01-16T12:00:00Z')];

/** A small world, in which everything meets everything. */
const roles = ['r0', 'r1', 'r2', 'r3'];
const groups = ['g0', 'g1'];
const people = ['u0', 'u1'];
const actions = ['events:read', 'events:update', 'users:read'];
const things = ['t0', 't1'];
const types = ['event', 'order'];

const world = fc.record({
  /** Inheritance by pairs, cycles among them: even these must end. */
  inherits: fc.uniqueArray(fc.tuple(fc.constantFrom(...roles), fc.constantFrom(...roles)), {
    selector: String,
    maxLength: 6,
  }),
  scopes: fc.uniqueArray(fc.tuple(fc.constantFrom(...roles), fc.constantFrom(...actions)), {
    selector: String,
    maxLength: 4,
  }),
  held: fc.subarray(roles, { maxLength: 2 }),
  memberOf: fc.subarray(groups),
  groupRoles: fc.uniqueArray(fc.tuple(fc.constantFrom(...groups), fc.constantFrom(...roles)), {
    selector: String,
    maxLength: 3,
  }),
  isActive: fc.boolean(),
  entries: fc.array(
    fc.record({
      subject: fc.oneof(
        fc.record({ kind: fc.constant('user' as const), id: fc.constantFrom(...people) }),
        fc.record({ kind: fc.constant('group' as const), id: fc.constantFrom(...groups) }),
        fc.record({ kind: fc.constant('role' as const), id: fc.constantFrom(...roles) }),
      ),
      action: fc.constantFrom(...actions),
      resourceType: fc.constantFrom(...types),
      resourceId: fc.constantFrom(null, ...things),
      effect: fc.constantFrom('ALLOW' as const, 'DENY' as const),
      expiresAt: fc.constantFrom(null, past, now, future),
    }),
    { maxLength: 6 },
  ),
  ownerId: fc.constantFrom(null, ...people),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

const question: fc.Arbitrary<Question> = fc.record({
  action: fc.constantFrom(...actions),
  resource: fc.oneof(
    fc.constant(null),
    fc.record({ type: fc.constantFrom(...types), id: fc.constantFrom(null, ...things) }),
  ),
});

function personOf(w: World): Person {
  const graph = new Map(
    roles.map((id) => [
      id,
      {
        ...{ id, name: id, rank: 0 },
        permissions: w.scopes.filter(([role]) => role === id).map(([, scope]) => ({ scope })),
        inherits: w.inherits.filter(([heir]) => heir === id).map(([, inheritedId]) => ({ inheritedId })),
      },
    ]),
  );
  const holder = {
    id: 'u0',
    roles: w.held.map((roleId) => ({ roleId })),
    groups: w.memberOf.map((groupId) => ({
      groupId,
      group: { roles: w.groupRoles.filter(([group]) => group === groupId).map(([, roleId]) => ({ roleId })) },
    })),
  };
  return toPerson(holder, w.isActive, graph);
}

const entriesOf = (w: World): Entry[] => w.entries.map((entry, index) => ({ id: `e${index}`, ...entry }));

/** What holds, told once more, in the plainest way: by going over everything again and again. */
function naively(w: World, { action, resource }: Question): boolean {
  if (!w.isActive) return false;
  const has = new Set<string>([
    ...w.held,
    ...w.groupRoles.flatMap(([g, r]) => (w.memberOf.includes(g) ? [r] : [])),
  ]);
  for (let round = 0; round < roles.length; round += 1)
    for (const [heir, inherited] of w.inherits) if (has.has(heir)) has.add(inherited);
  const is = ({ kind, id }: Subject) =>
    kind === 'user' ? id === 'u0' : kind === 'group' ? w.memberOf.includes(id) : has.has(id);

  const effects = new Set<string>();
  for (const entry of w.entries) {
    const isLive = entry.expiresAt === null || entry.expiresAt.getTime() > now.getTime();
    const isOnIt =
      resource !== null &&
      entry.resourceType === resource.type &&
      (entry.resourceId === null || entry.resourceId === resource.id);
    if (isLive && isOnIt && entry.action === action && is(entry.subject)) effects.add(entry.effect);
  }
  if (effects.has('DENY')) return false;
  const owns = resource !== null && resource.id !== null && w.ownerId === 'u0';
  const isGiven = w.scopes.some(([role, scope]) => scope === action && has.has(role));
  return effects.has('ALLOW') || owns || isGiven;
}

const runs = { numRuns: 3_000 };

test('the evaluator agrees with a naive model', () => {
  fc.assert(
    fc.property(world, question, (w, asked) => {
      const facts = { entries: entriesOf(w), ownerId: w.ownerId };
      expect(decide(personOf(w), asked, facts, now).allowed).toBe(naively(w, asked));
    }),
    runs,
  );
});

test('every path is a way that there is, from the person to what decides', () => {
  fc.assert(
    fc.property(world, question, (w, asked) => {
      const entries = entriesOf(w);
      const { path, reason } = decide(personOf(w), asked, { entries, ownerId: w.ownerId }, now);
      if (reason === 'NONE') {
        expect(path).toEqual([]);
        return;
      }
      expect(path[0]).toEqual({ kind: 'user', id: 'u0' });
      for (const [index, step] of path.entries()) {
        const next = path[index + 1];
        if (!next) continue;
        const leads =
          (step.kind === 'user' && next.kind === 'group' && w.memberOf.includes(next.id)) ||
          (step.kind === 'user' && next.kind === 'role' && w.held.includes(next.id)) ||
          (step.kind === 'group' && w.groupRoles.some(([g, r]) => g === step.id && r === next.id)) ||
          (step.kind === 'role' && w.inherits.some(([a, b]) => a === step.id && b === next.id)) ||
          (next.kind === 'entry' &&
            keyOf(entries.find(({ id }) => id === next.id)!.subject) === keyOf(step as Subject));
        expect(leads).toBe(true);
      }
      const last = path.at(-1)!;
      if (reason === 'ROLE')
        expect(w.scopes.some(([role, scope]) => role === last.id && scope === asked.action)).toBe(true);
      expect(last.kind === 'entry').toBe(reason === 'ENTRY' || reason === 'DENIED');
    }),
    runs,
  );
});

test('until it ends, a decision is the same at every moment', () => {
  fc.assert(
    fc.property(world, question, (w, asked) => {
      const facts = { entries: entriesOf(w), ownerId: w.ownerId };
      const person = personOf(w);
      const { until, allowed } = decide(person, asked, facts, now);
      for (const later of [now, new Date(future.getTime() - 1), future, new Date(future.getTime() + 1)])
        if (!until || later < until) expect(decide(person, asked, facts, later).allowed).toBe(allowed);
    }),
    runs,
  );
});

describe('in words', () => {
  const person = personOf({
    ...{ inherits: [['r0', 'r1']], scopes: [['r1', 'users:read']], held: ['r0'], memberOf: ['g0'] },
    ...{ groupRoles: [['g0', 'r2']], isActive: true, entries: [], ownerId: null },
  } as World);
  const entry = (subject: Subject, effect: Entry['effect'], resourceId: string | null = 't0'): Entry => ({
    ...{
      id: 'e',
      subject,
      action: 'events:read',
      resourceType: 'event',
      resourceId,
      effect,
      expiresAt: null,
    },
  });
  const onThing: Question = { action: 'events:read', resource: { type: 'event', id: 't0' } };
  const none = { entries: [], ownerId: null };
  const self = { kind: 'user' as const, id: 'u0' };

  test('a right comes by inheritance, and the path shows how', () => {
    const asked = { action: 'users:read', resource: null };
    expect(decide(person, asked, none, now)).toMatchObject({
      ...{ allowed: true, reason: 'ROLE' },
      path: [self, { kind: 'role', id: 'r0' }, { kind: 'role', id: 'r1' }],
    });
  });

  test('an entry for a role of a group allows', () => {
    const entries = [entry({ kind: 'role', id: 'r2' }, 'ALLOW')];
    expect(decide(person, onThing, { entries, ownerId: null }, now)).toMatchObject({
      ...{ allowed: true, reason: 'ENTRY' },
      path: [self, { kind: 'group', id: 'g0' }, { kind: 'role', id: 'r2' }, { kind: 'entry', id: 'e' }],
    });
  });

  test('what is kept from someone is kept from the owner too', () => {
    const facts = { entries: [entry(self, 'DENY', null)], ownerId: 'u0' };
    expect(decide(person, onThing, facts, now)).toMatchObject({ allowed: false, reason: 'DENIED' });
    expect(decide(person, onThing, { ...facts, entries: [] }, now)).toMatchObject({
      ...{ allowed: true, reason: 'OWNER', path: [self] },
    });
  });

  test('nobody may do nothing, and who is suspended may do nothing', () => {
    expect(decide(null, onThing, none, now)).toMatchObject({ allowed: false, reason: 'UNKNOWN', path: [] });
    const suspended = { ...person, isActive: false };
    expect(decide(suspended, onThing, { entries: [], ownerId: 'u0' }, now)).toMatchObject({
      ...{ allowed: false, reason: 'INACTIVE' },
    });
  });
});
