import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '@kronos/service';

/** What error formatting needs to know of the request in which an error arose. */
export interface RequestScope {
  requestId: string;
  logger: Pick<Logger, 'error' | 'info'>;
}

/** Apollo Server formats errors without saying for which request; this says it. */
export const requestScope = new AsyncLocalStorage<RequestScope>();
