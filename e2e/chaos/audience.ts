import type { Role } from './consumers/cast.ts';
import { Inbox } from './consumers/consumer.ts';
import type { Committed } from './truth.ts';
import { layWire, type Wire } from './wire.ts';

/** A consumer that runs. */
export interface Listener {
  readonly role: Role;
  readonly wire: Wire;
  readonly inbox: Inbox;
  /** Why it has given up, which it should not. */
  failure: unknown;
}

/** Everybody who listens. */
export interface Audience {
  readonly listeners: readonly Listener[];
  /** Ends all of them. */
  dismiss(): Promise<void>;
}

/** Lets each role listen over a wire of its own. */
export async function gatherAudience(roles: readonly Role[], url: string): Promise<Audience> {
  const end = new AbortController();
  const running: Promise<void>[] = [];
  const listeners: Listener[] = [];
  for (const role of roles) {
    const listener: Listener = { role, wire: await layWire(url), inbox: new Inbox(), failure: undefined };
    const { topic, viewer, follow } = role;
    const following = follow({
      topic,
      viewer,
      wire: listener.wire,
      inbox: listener.inbox,
      signal: end.signal,
    });
    running.push(
      following.catch((error) => {
        if (!end.signal.aborted) listener.failure = error;
      }),
    );
    listeners.push(listener);
  }
  return {
    listeners,
    async dismiss() {
      end.abort();
      await Promise.all(listeners.map(({ wire }) => wire[Symbol.asyncDispose]()));
      await Promise.all(running);
    },
  };
}

/** What a listener is entitled to of what its topic's domain has committed. */
export function entitledTo({ role }: Listener, committed: Record<string, Committed[]>): Committed[] {
  return committed[role.topic.domain]!.filter((event) => role.topic.isFor(event, role.viewer));
}

/** Whether a listener has been given the last event that it is entitled to, and so all before it. */
export function isUpToDate(listener: Listener, committed: Record<string, Committed[]>): boolean {
  const last = entitledTo(listener, committed).at(-1)?.position ?? 0;
  return (listener.inbox.received.at(-1)?.position ?? 0) >= last;
}

/** Names a listener in the figures. */
export function describe({ role: { client, topic, viewer } }: Listener): string {
  return `${client}, ${topic.name}, ${viewer?.name ?? 'a stranger'}`;
}
