import type { z } from 'zod';
import { UserFault, userFaults } from './user-errors.ts';

/**
 * What the schema makes of an input, or the end of the mutation with one fault per problem found.
 *
 * @param path where the input stands among the mutation's arguments; fields of faults begin with it
 * @throws UserFaults with the codes REQUIRED (missing or blank) and INVALID
 */
export function validInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  path: readonly string[] = ['input'],
): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  return userFaults(result.error.issues.map((issue) => toFault(issue, path)));
}

function toFault(issue: z.core.$ZodIssue, path: readonly string[]): UserFault {
  return new UserFault({
    code: isMissing(issue.input) ? 'REQUIRED' : 'INVALID',
    message: issue.message,
    field: [...path, ...issue.path.map(String)],
  });
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
