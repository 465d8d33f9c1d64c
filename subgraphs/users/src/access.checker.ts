import type { PrismaClient } from '@kronos/prisma-users';
import { BoundedMap } from '@kronos/subgraph';
import { type Decision, decide, type Person, type Question } from './access.decide.ts';
import { loadEntries, loadOwners, loadPeople } from './access.facts.ts';

/** A question about someone. */
export interface Check extends Question {
  /** A UUID. */
  userId: string;
}

/** Answers whether people may do things. */
export interface AccessChecker {
  /** Answers in the order of the questions; those that are not in memory cost three queries, however many they are. */
  checkAll(checks: readonly Check[]): Promise<Decision[]>;
  /** Someone has changed, or what they may do. */
  forget(userId: string): void;
  /** Something has changed that many share. */
  forgetAll(): void;
}

export interface AccessCheckerOptions {
  db: PrismaClient;
  /** Whether all changes until now have been heard of: only then is what was decided before still worth something. */
  isCurrent: () => boolean;
  /** How many people are kept in memory. */
  maxPeople?: number;
  /** How many decisions are kept in memory. */
  maxDecisions?: number;
  now?: () => Date;
}

/** Whatever is said of changes, nothing is believed for longer. */
const longestMs = 60_000;
/** A thing without an owner may have been made a moment ago: its domain's word of it is on its way. */
const ownerlessMs = 1_000;

/** Makes a checker with an empty memory. */
export function createAccessChecker(options: AccessCheckerOptions): AccessChecker {
  const { db, isCurrent, maxPeople = 20_000, maxDecisions = 200_000, now = () => new Date() } = options;
  /** With each person a number: decisions made for a person of before are not found any more. */
  const people = new BoundedMap<string, { person: Person; generation: number }>(maxPeople);
  const decisions = new BoundedMap<string, { decision: Decision; until: number }>(maxDecisions);
  let generation = 0;
  /** Changes with everything that is forgotten: what was read before it is not kept after it. */
  let epoch = 0;

  function recall(check: Check, at: number): Decision | undefined {
    const known = people.get(check.userId);
    if (!known) return undefined;
    const kept = decisions.get(keyOfCheck(check, known.generation));
    return kept && kept.until > at ? kept.decision : undefined;
  }

  async function answer(checks: readonly Check[]): Promise<Decision[]> {
    const begun = epoch;
    const at = now();
    const userIds = [...new Set(checks.map(({ userId }) => userId))];
    const asked = distinctQuestions(checks);
    const [found, owners] = await Promise.all([
      loadPeople(db, userIds),
      loadOwners(
        db,
        asked.map(({ resource }) => resource),
      ),
    ]);
    const entries = await loadEntries(db, found.values(), asked, at);
    const answers = checks.map((check) => {
      const person = found.get(check.userId) ?? null;
      const ownerId = owners.get(`${check.resource?.type}:${check.resource?.id}`) ?? null;
      const decision = decide(person, check, { entries, ownerId }, at);
      return { check, decision, isOwnerless: Boolean(check.resource?.id) && ownerId === null };
    });
    if (begun === epoch) keep(found, answers, at.getTime());
    return answers.map(({ decision }) => decision);
  }

  function keep(
    found: Map<string, Person>,
    answers: { check: Check; decision: Decision; isOwnerless: boolean }[],
    at: number,
  ): void {
    for (const [userId, person] of found) {
      if (people.get(userId)) continue;
      generation += 1;
      people.set(userId, { person, generation });
    }
    for (const { check, decision, isOwnerless } of answers) {
      const known = people.get(check.userId);
      if (!known) continue;
      const until = Math.min(
        at + (isOwnerless && !decision.allowed ? ownerlessMs : longestMs),
        decision.until?.getTime() ?? Number.POSITIVE_INFINITY,
      );
      decisions.set(keyOfCheck(check, known.generation), { decision, until });
    }
  }

  return {
    async checkAll(checks) {
      if (!isCurrent()) return answer(checks);
      const at = now().getTime();
      const recalled = checks.map((check) => recall(check, at));
      const missing = checks.filter((_check, index) => !recalled[index]);
      if (missing.length === 0) return recalled as Decision[];
      const answered = await answer(missing);
      return recalled.map((decision) => decision ?? answered.shift()!);
    },
    forget(userId) {
      epoch += 1;
      people.delete(userId);
    },
    forgetAll() {
      epoch += 1;
      people.clear();
      decisions.clear();
    },
  };
}

function keyOfCheck({ action, resource }: Check, generation: number): string {
  return `${generation} ${action} ${resource?.type ?? ''} ${resource?.id ?? ''}`;
}

/** The questions on resources, each once. */
function distinctQuestions(checks: readonly Check[]) {
  const distinct = new Map(
    checks.flatMap(({ action, resource }) =>
      resource ? [[`${action} ${resource.type} ${resource.id}`, { action, resource }] as const] : [],
    ),
  );
  return [...distinct.values()];
}
