import type { IncomingMessage } from 'node:http';
import type { Caller } from '@kronos/subgraph';
import Provider from 'oidc-provider';

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

/** From where the request comes that the provider answers just now. */
export function currentCaller(): Caller {
  if (!Provider.ctx) throw new Error('the OAuth provider does this within a request alone');
  return callerOf(Provider.ctx.req);
}
