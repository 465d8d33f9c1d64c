import { UserFault, userFaults } from '@kronos/subgraph';
import type { UserErrorCode } from './__generated__/types.ts';

/** A fault that a person can mend. @param field the path of the argument that is at fault */
export function fault(
  code: UserErrorCode,
  message: string,
  field?: string[],
  details?: Record<string, unknown>,
): UserFault {
  return new UserFault({ code, message, field, details });
}

export const noSuchRoute = (field: string[]) => fault('NOT_FOUND', 'There is no route of this id.', field);

export const noSuchPolicy = (field: string[]) =>
  fault('NOT_FOUND', 'There is no quota policy of this id.', field);

export const noSuchClient = (field: string[]) =>
  fault('NOT_FOUND', 'There is no client application of this id.', field);

export const noSuchOperation = (field: string[]) =>
  fault('NOT_FOUND', 'There is no stored operation of this id.', field);

/** What the database refuses, although a look before showed nothing: somebody else was quicker. */
interface Refusals {
  /** There is another row with the same unique values. */
  taken?: UserFault;
  /** A row that is referred to is not there, or one that goes is referred to. */
  reference?: UserFault;
}

/** The outcome of a write; what the database refuses ends the mutation with a fault of its own. */
export async function orFault<Result>(write: Promise<Result>, refusals: Refusals): Promise<Result> {
  try {
    return await write;
  } catch (error) {
    const { code } = error as { code?: unknown };
    const found = code === 'P2002' ? refusals.taken : code === 'P2003' ? refusals.reference : undefined;
    if (!found) throw error;
    return userFaults(found);
  }
}
