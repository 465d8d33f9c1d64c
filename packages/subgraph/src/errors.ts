import { GraphQLError } from 'graphql';

/** What a coded error may tell the client beside its code and message. */
export interface ErrorExtras {
  /** Facts about the fault that a client can use. */
  details?: Record<string, unknown>;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
}

/**
 * An error that reaches the client as it is. All other errors are masked.
 *
 * @param code SCREAMING_SNAKE_CASE, part of the contract
 * @param message a sentence for people
 */
export function codedError(code: string, message: string, extras: ErrorExtras = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...extras } });
}

/** Nobody has logged in, or the login has ended. */
export function unauthenticated(message = 'You must be logged in to do this.'): GraphQLError {
  return codedError('UNAUTHENTICATED', message);
}

/** The caller is known and lacks the right. */
export function forbidden(
  message = 'You do not have the right to do this.',
  details?: Record<string, unknown>,
): GraphQLError {
  return codedError('FORBIDDEN', message, { details });
}

/** The caller is a service, and only a person can do this. */
export function personRequired(): GraphQLError {
  return forbidden('This is for people: a service has no account.', { requires: 'PERSON' });
}

/** An argument that cannot be meant: a malformed id, a bad page size. Faults that a person can mend are user errors. */
export function badUserInput(message: string, details?: Record<string, unknown>): GraphQLError {
  return codedError('BAD_USER_INPUT', message, { details });
}

/** Something that was named does not exist, or the caller may not know that it does. */
export function notFound(message: string): GraphQLError {
  return codedError('NOT_FOUND', message);
}

/** A part that the answer needs is away for the moment. */
export function serviceUnavailable(
  message: string,
  retryAfterSeconds: number,
  details?: Record<string, unknown>,
): GraphQLError {
  return codedError('SERVICE_UNAVAILABLE', message, { retryAfter: retryAfterSeconds, details });
}
