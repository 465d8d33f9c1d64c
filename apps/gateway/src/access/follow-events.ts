import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainEvent, EventLog, EventName } from '@kronos/events';
import type { Logger } from '@kronos/service';

export interface FollowEventsOptions<Name extends EventName> {
  log: EventLog;
  domain: string;
  name: Name;
  logger: Logger;
  /** Called with every event that is still retained, then with every new one; again with some after an outage. */
  onEvent(event: DomainEvent<Name>): void;
}

const pageSize = 500;
const retryMs = 1_000;

/** Follows one kind of event of a domain, from the oldest that is retained; returns how to stop. */
export function followEvents<Name extends EventName>(options: FollowEventsOptions<Name>): () => void {
  const { log, domain, name, logger } = options;
  let isClosed = false;
  let position: string | undefined;

  function take(event: DomainEvent): void {
    position = event.position;
    if (event.name === name) options.onEvent(event as DomainEvent<Name>);
  }

  async function readRetained(): Promise<void> {
    let after = position ?? '0';
    for (;;) {
      const events = await log.read(domain, after, pageSize).catch((error: { oldest?: string | null }) => {
        // Older than what is retained: begin with the oldest that is left.
        if (typeof error.oldest !== 'string') throw error;
        return log.read(domain, String(BigInt(error.oldest) - 1n), pageSize);
      });
      for (const event of events) take(event);
      if (events.length < pageSize) return;
      after = events.at(-1)!.position;
    }
  }

  async function follow(): Promise<void> {
    while (!isClosed) {
      try {
        await readRetained();
        for await (const event of await log.subscribe(domain, { names: [name] }, position)) take(event);
      } catch (error) {
        if (isClosed) return;
        logger.warn(
          { err: error, domain, event: name },
          'events that concern access are not heard of at the moment',
        );
        position = undefined;
      }
      await sleep(retryMs, undefined, { ref: false });
    }
  }

  void follow();
  return () => {
    isClosed = true;
  };
}
