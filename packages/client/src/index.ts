export type { BackOff } from './back-off.ts';
export {
  createKronosClient,
  type KronosClient,
  type KronosClientOptions,
  type SubscribeOptions,
  type SubscriptionDocument,
} from './create-kronos-client.ts';
export type { Token } from './credentials.ts';
export type { CursorStore } from './cursor-store.ts';
export { KronosError } from './errors.ts';
export type { ConnectionListeners, KronosEvent } from './follow.ts';
export type { Retry } from './recovery.ts';
