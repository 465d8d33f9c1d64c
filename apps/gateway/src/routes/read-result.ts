import type { GraphQLFormattedError } from 'graphql';
import type { PreparedRoute } from './prepare-route.ts';
import { type RestAnswer, restError, restErrorOf } from './rest-error.ts';
import { statusOfError, statusOfUserError } from './status-of-code.ts';

/** The answer to an operation, as its clients get it. */
export interface OperationResult {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
}

interface UserError {
  code: string;
  message: string;
  field?: string[] | null;
  details?: Record<string, unknown> | null;
}

/** The codes of the errors because of which parts of an answer are null. */
export const incompleteHeader = 'x-kronos-incomplete';

/**
 * What a REST client gets for the result of a route's operation: the value at the route's path; a payload's user errors;
 * NOT_FOUND for null; or, when there is no value, the error of the graph that says why. A value of which parts are null
 * because of errors is sent all the same, as GraphQL does, and a header says so.
 */
export function readResult(
  { route, write }: Pick<PreparedRoute, 'route' | 'write'>,
  { data, errors = [] }: OperationResult,
  requestId: string,
): RestAnswer {
  const keys = route.resultPath?.split('.') ?? [];
  const { value, userErrors } = walk(data, keys);
  if (userErrors.length > 0) return answerUserErrors(userErrors, requestId);
  if (value !== null && value !== undefined) {
    const codes = [...new Set(errors.map(codeOf))].join(', ');
    const headers: Record<string, string> = codes ? { [incompleteHeader]: codes } : {};
    return {
      status: route.successStatus,
      headers,
      body: hasNoBody(route.successStatus) ? undefined : withoutUserErrors(write(value)),
    };
  }
  const reason = decisive(errors.filter(({ path = [] }) => isOnPath(path, keys))) ?? decisive(errors);
  if (reason) return restErrorOf(statusOfError(codeOf(reason)), requestId, reason);
  return restError(404, requestId, {
    code: 'NOT_FOUND',
    message: 'There is nothing here, or nothing for you.',
  });
}

/** Follows the path, and takes the user errors of every payload that it passes. */
function walk(data: unknown, keys: readonly string[]): { value: unknown; userErrors: UserError[] } {
  const userErrors: UserError[] = [];
  let value = data;
  // Without a path, the payloads are what all root fields give.
  const passed = keys.length === 0 && isRecord(data) ? Object.values(data) : [];
  for (const key of keys) {
    value = isRecord(value) ? value[key] : undefined;
    passed.push(value);
  }
  for (const payload of passed) {
    if (isRecord(payload) && Array.isArray(payload.userErrors)) userErrors.push(...payload.userErrors);
  }
  return { value, userErrors };
}

/** Of a payload that is the body itself: the status says that there are none. */
function withoutUserErrors(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { userErrors: _, user_errors: __, ...rest } = value;
  return rest;
}

function answerUserErrors(userErrors: readonly UserError[], requestId: string): RestAnswer {
  const { code, message, field, details } = userErrors[0]!;
  const status = statusOfUserError(code);
  const answer = restError(status, requestId, {
    code,
    message,
    details: {
      ...details,
      ...(field && { field }),
      ...(userErrors.length > 1 && {
        errors: userErrors.map((error) => ({
          code: error.code,
          message: error.message,
          ...(error.field && { field: error.field }),
        })),
      }),
    },
  });
  if (status === 401) answer.headers['www-authenticate'] = 'Bearer';
  const { retryAfter } = details ?? {};
  if (typeof retryAfter === 'number') answer.headers['retry-after'] = String(retryAfter);
  return answer;
}

/** Of several errors the one with the highest status. */
function decisive(errors: readonly GraphQLFormattedError[]): GraphQLFormattedError | undefined {
  return errors.toSorted((a, b) => statusOfError(codeOf(b)) - statusOfError(codeOf(a)))[0];
}

function codeOf({ extensions }: GraphQLFormattedError): string {
  return String(extensions?.code);
}

/** Whether an error at one path can have made null what lies at another. */
function isOnPath(path: readonly (string | number)[], keys: readonly string[]): boolean {
  return keys.every((key, index) => index >= path.length || path[index] === key);
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
