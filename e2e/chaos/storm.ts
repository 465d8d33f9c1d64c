import { waitUntil } from '../kit/resuming-listener.ts';
import type { Audience } from './audience.ts';
import type { Company } from './company.ts';
import { type Fault, type FaultKind, inflict } from './faults.ts';
import type { Attempt } from './journal.ts';
import type { ChaosSystem } from './system.ts';

export interface StormOptions {
  system: ChaosSystem;
  company: Company;
  audience: Audience;
  /** Is cut off beside the others: what cannot resume must lose. */
  control: Audience;
  plan: readonly Fault[];
  attempts: readonly Attempt[];
  /** How many mutations are acknowledged before it is over. */
  events: number;
  say(line: string): void;
}

const controlEvery = 5;

/**
 * Lets everybody publish as fast as they can and everything break that is planned, spread over the events.
 *
 * @returns how often each kind of fault has happened
 */
export async function runStorm(options: StormOptions): Promise<Record<FaultKind, number>> {
  const { system, company, audience, control, plan, attempts, events, say } = options;
  const before = attempts.length;
  const happened = {} as Record<FaultKind, number>;
  const lasting: Promise<unknown>[] = [];
  let isOver = false;
  let acknowledged = 0;
  let looked = before;
  const progress = () => {
    for (; looked < attempts.length; looked++)
      if (attempts[looked]!.outcome === 'acknowledged') acknowledged++;
    return acknowledged;
  };

  const publishing = company.publishers.map(async (publisher) => {
    while (!isOver) if (!(await publisher.step())) await new Promise((resolve) => setTimeout(resolve, 200));
  });

  const consumers = audience.listeners;
  const heavy = consumers.filter(({ role }) => role.topic.name.includes('large'));
  const victims = { system, consumers, heavy };
  for (const [index, fault] of plan.entries()) {
    const due = (events * (index + 1)) / (plan.length + 1);
    await waitUntil(() => progress() >= due, fault.patienceMs).catch(() => undefined);
    const { kind } = fault;
    if (kind === 'stall') lasting.push(inflict(fault, victims));
    // What is down already is killed when it has come back.
    else await waitUntil(() => inflict(fault, victims), 60_000);
    happened[kind] = (happened[kind] ?? 0) + 1;
    if (index % controlEvery === 0) for (const { wire } of control.listeners) wire.cut();
    if (index % 50 === 49) say(`${index + 1} faults, ${progress()} events`);
  }
  await Promise.all(lasting);
  if (progress() < events) say(`all faults have happened; ${events - progress()} events are left`);
  await waitUntil(() => progress() >= events, 1_800_000);
  isOver = true;
  await Promise.all(publishing);
  return happened;
}
