import type { Json } from '../../kit/client.ts';
import type { Account } from '../accounts.ts';
import type { Topic } from '../topics.ts';
import type { Wire } from '../wire.ts';

/** An event as it has come to a consumer. */
export interface Received {
  position: number;
  eventId: string;
}

/** What a consumer is made with. */
export interface ConsumerOptions {
  topic: Topic;
  /** Nobody when omitted. */
  viewer?: Account;
  wire: Wire;
  inbox: Inbox;
  /** Aborted at the end of the suite. */
  signal: AbortSignal;
}

/**
 * A client that follows a topic until its signal aborts, whatever happens on the way; it puts what comes into its inbox.
 *
 * @throws what ends it for good; nothing should
 */
export type Follow = (options: ConsumerOptions) => Promise<void>;

/** What a consumer has received. */
export class Inbox {
  readonly received: Received[] = [];
  /** Answers without an event: refusals that pass, counted by their code. */
  readonly refusals = new Map<string, number>();
  #slowUntil = 0;

  /** The cursor of the last event. */
  get cursor(): string | undefined {
    const last = this.received.at(-1);
    return last && String(last.position);
  }

  /** Takes a GraphQL result; false when there is no event in it. */
  take(result: Json): boolean {
    const [event] = Object.values<Json>(result?.data ?? {});
    if (event) this.received.push({ position: Number(event.cursor), eventId: event.eventId });
    else if (result?.errors?.[0]) {
      const code = String(result.errors[0].extensions?.code ?? result.errors[0].message);
      this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    }
    return Boolean(event);
  }

  /** Whoever reads this inbox takes its time from now on. */
  slowDown(milliseconds: number): void {
    this.#slowUntil = Date.now() + milliseconds;
  }

  /** Where a consumer waits that handles events slowly. */
  async handled(): Promise<void> {
    const left = this.#slowUntil - Date.now();
    if (left > 0) await pause(left);
  }
}

/** The headers of a request for `options`, with the cursor to resume after. */
export async function headersFor({ viewer, inbox }: ConsumerOptions): Promise<Record<string, string>> {
  return {
    ...(viewer && { authorization: `Bearer ${await viewer.token()}` }),
    ...(inbox.cursor && { 'last-event-id': inbox.cursor }),
  };
}

/** Connects again and again, with a short rest, until the signal aborts. What fails is what the suite is about. */
export async function reconnecting(signal: AbortSignal, connect: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await connect().catch(() => undefined);
    if (!signal.aborted) await pause(50 + Math.random() * 150);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
