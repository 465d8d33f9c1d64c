import { UserFault } from '@kronos/subgraph';
import type { UserErrorCode } from './__generated__/types.ts';

/** A fault in this domain's codes. */
export function fault(
  code: UserErrorCode,
  message: string,
  field?: string[],
  details?: Record<string, unknown>,
): UserFault {
  return new UserFault({ code, message, field, details });
}

/** Said of what does not exist and of what the viewer may not see, in the same words. */
export const noSuchEvent = (field: string[]) => fault('NOT_FOUND', 'There is no such event.', field);

/** See `noSuchEvent`. */
export const noSuchRegistration = (field: string[]) =>
  fault('NOT_FOUND', 'There is no such registration.', field);
