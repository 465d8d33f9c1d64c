import { nowUs } from '../source/quote-event.ts';
import type { Protocol } from './protocols.ts';
import { type Subscriber, subscribe } from './subscriber.ts';

export interface CrowdOptions {
  port: number;
  size: number;
  protocol: Protocol;
  /** How many credentials the subscribers have between them; none when 0. */
  scopes: number;
}

/** Many subscribers of one server. */
export interface Crowd {
  readonly size: number;
  /** Time from publication to receipt of what came since it was last read, in microseconds. */
  takeLatencies(): Float64Array;
  /** What the first subscriber got since this was last called. */
  takeText(): string;
  /** How many have received an event. */
  receivers(number: number): number;
  /** Resolves when all have received an event; rejects when a stream breaks or an event is missing. */
  received(number: number): Promise<void>;
  close(): void;
}

/** As many at a time as a listening socket's queue holds anywhere. */
const connectingAtOnce = 64;

/** @throws Error when one of the subscribers is refused */
export async function gather({ port, size, protocol, scopes }: CrowdOptions): Promise<Crowd> {
  const subscribers: Subscriber[] = [];
  const receivers = new Map<number, number>();
  const waiting = new Map<number, () => void>();
  const fault = Promise.withResolvers<never>();
  fault.promise.catch(() => undefined);
  let latencies: number[] = [];
  let text = '';

  function onEvent(number: number, publishedAtUs: number): void {
    latencies.push(nowUs() - publishedAtUs);
    const count = (receivers.get(number) ?? 0) + 1;
    receivers.set(number, count);
    if (count === size) waiting.get(number)?.();
  }

  const crowd: Crowd = {
    size,
    takeLatencies() {
      const taken = Float64Array.from(latencies);
      latencies = [];
      return taken;
    },
    takeText() {
      const taken = text;
      text = '';
      return taken;
    },
    receivers: (number) => receivers.get(number) ?? 0,
    async received(number) {
      if (receivers.get(number) === size) return;
      const everybody = Promise.withResolvers<void>();
      waiting.set(number, everybody.resolve);
      await Promise.race([everybody.promise, fault.promise]);
      waiting.delete(number);
    },
    close() {
      for (const subscriber of subscribers) subscriber.close();
    },
  };

  let next = 0;
  async function connectSome(): Promise<void> {
    while (next < size) {
      const index = next++;
      subscribers.push(
        await subscribe({
          port,
          protocol,
          credential: scopes > 0 ? `scope-${index % scopes}` : undefined,
          onEvent,
          onFault: fault.reject,
          ...(index === 0 && {
            onText: (more) => {
              text += more;
            },
          }),
        }),
      );
    }
  }
  try {
    await Promise.all(Array.from({ length: connectingAtOnce }, connectSome));
  } catch (error) {
    crowd.close();
    throw error;
  }
  return crowd;
}
