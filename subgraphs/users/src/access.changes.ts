import { setTimeout as delay } from 'node:timers/promises';
import type { DomainEvent, EventLog, EventName, EventSubscription } from '@kronos/events';
import type { Logger } from '@kronos/service';
import type { AccessChecker } from './access.checker.ts';

/** Hears of everything that changes what someone may do, from whichever process. */
export interface AccessChanges {
  /** Whether everything that was announced until a moment ago has been heard. */
  isCurrent(): boolean;
  close(): void;
}

/** How often it is asked whether there is more than was heard. */
const lookMs = 500;
/** For how long an answer is worth something: a change counts within this time, also when Redis goes away. */
const worthMs = 1_500;
const retryMs = 1_000;

const names = [
  'accessChanged',
  'aclEntryChanged',
  'groupDeleted',
  'rightsChanged',
  'userUpdated',
] satisfies EventName[];

/**
 * Follows the events of this domain and lets a checker forget what they change. While the log cannot be read, or its
 * reader is behind, `isCurrent` is false, and the checker asks the database.
 */
export function followAccessChanges(
  log: EventLog,
  logger: Logger,
  checker: Pick<AccessChecker, 'forget' | 'forgetAll'>,
): AccessChanges {
  let subscription: EventSubscription | undefined;
  let currentUntil = 0;
  let isClosed = false;
  let isLooking = false;

  function take({ name, payload }: DomainEvent): void {
    if (name === 'accessChanged' || name === 'userUpdated')
      checker.forget((payload as { userId: string }).userId);
    else if (name === 'aclEntryChanged') {
      const [kind, id] = (payload as { subject: string }).subject.split(':');
      if (kind === 'user' && id) checker.forget(id);
      else checker.forgetAll();
    } else checker.forgetAll();
  }

  async function follow(): Promise<void> {
    while (!isClosed) {
      try {
        const opened = await log.subscribe('users', { names });
        checker.forgetAll();
        subscription = opened;
        for await (const event of opened) take(event);
      } catch (error) {
        if (!isClosed) logger.warn({ err: error }, 'Changes of access are not heard at the moment');
      }
      subscription = undefined;
      currentUntil = 0;
      if (!isClosed) await delay(retryMs, undefined, { ref: false });
    }
  }

  /** The head is asked for before the position: what is published in between makes the position only greater. */
  async function look(): Promise<void> {
    if (isLooking || !subscription) return;
    isLooking = true;
    const begun = Date.now();
    try {
      const head = Number(await log.head('users'));
      while (subscription && Number(subscription.position) < head && Date.now() < begun + worthMs)
        await delay(10, undefined, { ref: false });
      if (subscription && Number(subscription.position) >= head) currentUntil = begun + worthMs;
    } catch {
      // The time runs out, and the database is asked.
    } finally {
      isLooking = false;
    }
  }

  void follow();
  const looking = setInterval(() => void look(), lookMs).unref();

  return {
    isCurrent: () => Date.now() < currentUntil,
    close() {
      isClosed = true;
      clearInterval(looking);
      void subscription?.return?.();
    },
  };
}
