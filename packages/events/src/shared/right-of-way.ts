import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { WakeUp } from './wake-up.ts';

/** Effects wait no longer than this for deliveries, in ms: one that hangs, because its database is away, must not hold them up. */
const LONGEST_MS = 20;

/** How long an event is on its way through the gateway, in ms, where both share a machine. */
const ON_ITS_WAY_MS = 4;

let deliveries = 0;
const allDelivered = new WakeUp();

/**
 * Makes a delivery to a subscriber of this process: somebody looks at a screen, so effects that the same event has in other
 * domains of the process begin after it.
 *
 * @returns what `deliver` gives
 */
export async function deliverFirst<Result>(deliver: () => Promise<Result>): Promise<Result> {
  deliveries += 1;
  try {
    return await deliver();
  } finally {
    deliveries -= 1;
    if (deliveries === 0) allDelivered.wake();
  }
}

/** Lets deliveries that the event loop has at hand go first, for 24 ms at most. */
export async function giveWay(): Promise<void> {
  // Each domain hears of an event on a connection of its own; who comes second in this turn of the loop may be a subscriber.
  await nextTurn();
  if (deliveries === 0) return;
  await allDelivered.sleep(LONGEST_MS);
  await delay(ON_ITS_WAY_MS);
}
