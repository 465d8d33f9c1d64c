/** A fault that a person can mend, as it stands in a payload's `userErrors`. */
export class UserFault {
  /** A value of the domain's `UserErrorCode`. */
  readonly code: string;
  readonly message: string;
  /** The path of the input field that is at fault, e.g. `['input', 'email']`. */
  readonly field?: string[];
  readonly details?: Record<string, unknown>;

  constructor(fault: { code: string; message: string; field?: string[]; details?: Record<string, unknown> }) {
    this.code = fault.code;
    this.message = fault.message;
    this.field = fault.field;
    this.details = fault.details;
  }
}

/** Carries faults from where they are found to the mutation that answers with them. */
export class UserFaults extends Error {
  override readonly name = 'UserFaults';
  readonly faults: readonly UserFault[];

  constructor(faults: readonly UserFault[]) {
    super(faults.map((fault) => `${fault.code}: ${fault.message}`).join('; '));
    this.faults = faults;
  }
}

/** Ends a mutation with these faults; whatever its transaction had written is rolled back. */
export function userFaults(faults: UserFault | readonly UserFault[]): never {
  throw new UserFaults([faults].flat() as UserFault[]);
}

/**
 * A resolver's payload with `userErrors`. The list is typed as empty because each domain has its own `UserErrorCode`,
 * to all of which an empty list conforms.
 */
export type MutationPayload<Result> = Partial<Result> & { userErrors: never[] };

/**
 * Wraps a mutation's resolver: what it returns becomes the payload, faults thrown by `userFaults` become its `userErrors`.
 */
export function mutation<Parent, Args, Context, Info, Result extends object>(
  resolver: (parent: Parent, args: Args, context: Context, info: Info) => Promise<Result>,
): (parent: Parent, args: Args, context: Context, info: Info) => Promise<MutationPayload<Result>> {
  return async (parent, args, context, info) => {
    try {
      return { ...(await resolver(parent, args, context, info)), userErrors: [] };
    } catch (error) {
      if (!(error instanceof UserFaults)) throw error;
      return { userErrors: error.faults } as unknown as MutationPayload<Result>;
    }
  };
}
