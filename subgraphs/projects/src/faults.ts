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

/** Said of what does not exist and of what the caller may not see, in the same words. */
export const noSuchProject = (field: string[]) => fault('NOT_FOUND', 'There is no such project.', field);

/** See `noSuchProject`. */
export const noSuchFile = (field: string[]) => fault('NOT_FOUND', 'The project has no such file.', field);

/** See `noSuchProject`. */
export const noSuchAnalysis = (field: string[]) => fault('NOT_FOUND', 'There is no such analysis.', field);

/** See `noSuchProject`. */
export const noSuchJob = (field: string[]) => fault('NOT_FOUND', 'There is no such animation.', field);

/** See `noSuchProject`. */
export const noSuchVersion = (field: string[]) =>
  fault('NOT_FOUND', 'The project has no such version.', field);
