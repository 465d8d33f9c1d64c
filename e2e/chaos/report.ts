import { describe, type Listener } from './audience.ts';
import { type Difference, isExact } from './compare.ts';
import { type FaultKind, faultKinds } from './faults.ts';
import type { Figures } from './figures.ts';
import type { Resolution } from './journal.ts';

export interface Judgement {
  listener: Listener;
  difference: Difference;
}

/** What came of a storm. */
export interface ChaosReport {
  seed: number;
  faults: Record<FaultKind, number>;
  /** Events in PostgreSQL, by domain. */
  committed: { events: number; notifications: number };
  /** Positions that are not in the order of their key. */
  outOfOrder: number;
  /** Messages to people that are missing or too many. */
  withoutEffect: number;
  mutations: Resolution;
  consumers: Judgement[];
  control: Judgement[];
  figures: Figures;
  stormMs: number;
  totalMs: number;
}

/** Why a storm has shown something to be wrong; nothing when all is well. */
export function faultsFound(report: ChaosReport): string[] {
  const { mutations, consumers, control, outOfOrder, withoutEffect } = report;
  const found: string[] = [];
  for (const { listener, difference } of consumers) {
    if (listener.failure) found.push(`${describe(listener)} gave up: ${listener.failure}`);
    if (difference.expected === 0) found.push(`${describe(listener)} had nothing to hear`);
    if (!isExact(difference)) found.push(`${describe(listener)}: ${JSON.stringify(difference)}`);
  }
  if (mutations.broken > 0) found.push(`${mutations.broken} acknowledged mutations are not in the database`);
  if (mutations.unasked > 0) found.push(`${mutations.unasked} events were committed that nobody asked for`);
  if (outOfOrder > 0) found.push(`${outOfOrder} events are not in the order of their key`);
  if (withoutEffect > 0) found.push(`${withoutEffect} messages are missing or too many`);
  for (const { listener, difference } of control)
    if (difference.lost === 0) found.push(`${describe(listener)} lost nothing: the suite cannot see a loss`);
  return found;
}

/** The figures of a storm, for people. */
export function figuresOf(report: ChaosReport): string[] {
  const { consumers, control, mutations, figures, committed, faults } = report;
  const sum = (judgements: readonly Judgement[], of: (judgement: Judgement) => number) =>
    judgements.reduce((total, judgement) => total + of(judgement), 0);
  const differences = (name: keyof Difference) => sum(consumers, ({ difference }) => difference[name]);
  const all = Object.values(faults).reduce((total, count) => total + count, 0);
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;
  const refusals = new Map<string, number>();
  for (const { listener } of consumers)
    for (const [code, count] of listener.inbox.refusals)
      refusals.set(code, (refusals.get(code) ?? 0) + count);

  return [
    `seed                 ${report.seed}`,
    `events committed     ${committed.events} by mutations, ${committed.notifications} messages because of them`,
    `mutations            ${mutations.acknowledged} acknowledged, ${mutations.lostAnswers} without an answer, of which ${mutations.lostAnswersCommitted} are in the database`,
    `faults               ${all}`,
    ...Object.entries(faultKinds).map(
      ([kind, name]) => `  ${String(faults[kind as FaultKind] ?? 0).padStart(5)}  ${name}`,
    ),
    `consumers            ${consumers.length}, connected ${sum(consumers, ({ listener }) => listener.wire.connections)} times; refused ${JSON.stringify(Object.fromEntries(refusals))}`,
    `deliveries           ${differences('expected')} expected`,
    `  lost               ${differences('lost')}`,
    `  duplicated         ${differences('duplicated')}`,
    `  out of order       ${differences('misplaced')}`,
    `  to others          ${differences('foreign')}`,
    `without resumption   ${control.map(({ listener, difference }) => `${listener.role.client} lost ${difference.lost} of ${difference.expected}`).join('; ')}`,
    `gateway, at least    ${figures.replayed} replayed, ${figures.parked} times parked, ${figures.slowConsumers} sent away for slowness`,
    `log, at least        ${figures.refills} refills, ${figures.gaps} gaps read again`,
    `duration             ${seconds(report.stormMs)} of storm, ${seconds(report.totalMs)} until all had caught up`,
  ];
}
