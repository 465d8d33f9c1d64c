import { waitUntil } from '../kit/resuming-listener.ts';
import { type Audience, entitledTo, gatherAudience, isUpToDate } from './audience.ts';
import { type Company, foundCompany } from './company.ts';
import { compare } from './compare.ts';
import { countOutOfOrder, countWithoutEffect } from './consequences.ts';
import { castOf, type Role } from './consumers/cast.ts';
import { withoutResumption } from './consumers/raw.ts';
import { type FaultKind, planFaults } from './faults.ts';
import { followFigures } from './figures.ts';
import { type Attempt, resolve } from './journal.ts';
import { createRandom } from './random.ts';
import type { ChaosReport } from './report.ts';
import { runStorm } from './storm.ts';
import { startChaosSystem } from './system.ts';
import { created } from './topics.ts';
import { type Committed, readCommitted } from './truth.ts';

export interface ChaosOptions {
  /** The same seed breaks the same things in the same order. */
  seed: number;
  /** How many mutations are acknowledged before the storm is over. */
  events: number;
  faults: Readonly<Record<FaultKind, number>>;
  longestStallMs: number;
  /** How many consumers of each kind. */
  copies: number;
  /** How long consumers may take to catch up after the storm. */
  calmWithinMs: number;
  /** Is told how far it is. */
  say(line: string): void;
}

/**
 * Lets people change things while everything breaks, and compares what consumers have received with what PostgreSQL has
 * kept.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, say, copies } = options;
  const random = createRandom(seed);
  say(`seed ${seed} (KRONOS_CHAOS_SEED=${seed} repeats it)`);
  const plan = planFaults(random.fork(), options.faults, options.longestStallMs);
  await using system = await startChaosSystem();
  const attempts: Attempt[] = [];
  const { url } = system.kronos;
  say('it runs; people sign up');
  const company = await foundCompany(url, attempts, random);

  say('they have signed up; consumers come');
  const cast = Array.from({ length: copies }, () => castOf(company)).flat();
  const audience = await gatherAudience(cast, url);
  const control = await gatherAudience(rolesWithoutResumption(attempts), url);
  const figures = followFigures(system);
  try {
    const everybody = [...audience.listeners, ...control.listeners];
    await untilAllHear(company, everybody);
    say(`${everybody.length} consumers listen; the storm begins`);
    const begunAt = performance.now();
    const faults = await runStorm({ system, company, audience, control, plan, attempts, ...options });
    const stormMs = performance.now() - begunAt;

    await waitUntil(() => system.isReady(), options.calmWithinMs);
    await company.round();
    const committed = await readAll(system.databaseUrls, options.calmWithinMs);
    say('the storm is over; consumers catch up');
    await waitUntil(
      () => audience.listeners.every((listener) => listener.failure || isUpToDate(listener, committed)),
      options.calmWithinMs,
    ).catch(() => say('some consumers did not catch up in time'));
    await figures.stop();

    const judge = ({ listeners }: Audience) =>
      listeners.map((listener) => ({
        listener,
        difference: compare(listener.inbox.received, entitledTo(listener, committed)),
      }));
    return {
      seed,
      faults,
      committed: { events: committed.events!.length, notifications: committed.notifications!.length },
      outOfOrder: countOutOfOrder(committed.events!),
      withoutEffect: countWithoutEffect(committed.events!, committed.notifications!),
      mutations: resolve(attempts, committed.events!),
      consumers: judge(audience),
      control: judge(control),
      figures: figures.read(),
      stormMs,
      totalMs: performance.now() - begunAt,
    };
  } finally {
    await figures.stop();
    await Promise.all([audience.dismiss(), control.dismiss()]);
  }
}

function rolesWithoutResumption(attempts: readonly Attempt[]): Role[] {
  const acknowledged = () => attempts.filter(({ outcome }) => outcome === 'acknowledged').length;
  async function othersWentOn(signal: AbortSignal): Promise<void> {
    const before = acknowledged();
    await waitUntil(() => signal.aborted || acknowledged() >= before + 20, 600_000);
  }
  return (['sse', 'multipart'] as const).map((protocol) => ({
    client: `${protocol} without resumption`,
    follow: withoutResumption(protocol, othersWentOn),
    topic: created,
  }));
}

/** Publishes until every consumer has had an event: from there on each has a cursor. */
async function untilAllHear(company: Company, listeners: Audience['listeners']): Promise<void> {
  const hasHeard = () => listeners.every(({ inbox, failure }) => failure || inbox.received.length > 0);
  const deadline = Date.now() + 60_000;
  while (!hasHeard()) {
    if (Date.now() > deadline) throw new Error('some consumers hear nothing');
    await company.round();
    await waitUntil(hasHeard, 1_000).catch(() => undefined);
  }
}

async function readAll(
  databaseUrls: Record<string, string>,
  withinMs: number,
): Promise<Record<string, Committed[]>> {
  const committed: Record<string, Committed[]> = {};
  await waitUntil(async () => {
    for (const domain of ['events', 'notifications']) {
      const rows = await readCommitted(databaseUrls[domain]!);
      if (!rows) return false;
      committed[domain] = rows;
    }
    return countWithoutEffect(committed.events!, committed.notifications!) === 0;
  }, withinMs).catch(() => undefined);
  if (!committed.notifications)
    throw new Error('committed events have no position yet: the relay stands still');
  return committed;
}
