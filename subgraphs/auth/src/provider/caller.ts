import type { IncomingMessage } from 'node:http';
import type { Caller } from '@kronos/subgraph';

const callers = new WeakMap<IncomingMessage, Caller>();

/** Notes from where a request comes, as the gateway says, for whoever answers it. */
export function noteCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}

/** From where a request comes. Every request of the provider has passed the gateway. */
export function callerOf(request: IncomingMessage): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error('a request has reached the OAuth provider without passing the gateway');
  return caller;
}
