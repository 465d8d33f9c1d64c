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
