import type { GraphQLFormattedError } from 'graphql';

/** A subscription has come to an end that trying again would not change. */
export class KronosError extends Error {
  override readonly name = 'KronosError';
  /** What to act on: the first error's `extensions.code`, or a code of this package when the answer had none. */
  readonly code: string;
  /** The errors as the graph gave them; none when what failed was the exchange itself. */
  readonly errors: readonly GraphQLFormattedError[];

  constructor(message: string, code: string, errors: readonly GraphQLFormattedError[] = []) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

/** A connection was lost or refused for now: it is opened again after the last cursor. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  /** How long the graph asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What the graph says when it is its own fault, or nobody's. */
const passingCodes = new Set([
  'GATEWAY_TIMEOUT',
  'INTERNAL_SERVER_ERROR',
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
  'SUBSCRIPTION_SLOW_CONSUMER',
]);

/** What errors mean for a subscription: one that will not pass makes it an end, else it is an interruption. */
export function failureOf(errors: readonly GraphQLFormattedError[]): KronosError | Interruption {
  const lasting = errors.find((error) => !isPassing(error));
  if (lasting) return new KronosError(lasting.message, codeOf(lasting), errors);
  const seconds = errors.map(({ extensions }) => Number(extensions?.retryAfter)).filter((value) => value > 0);
  const retryAfterMs = seconds.length > 0 ? Math.max(...seconds) * 1_000 : undefined;
  const [first] = errors;
  return new Interruption(
    first ? `${first.message} (${codeOf(first)})` : 'It has failed without saying why.',
    {
      retryAfterMs,
    },
  );
}

function isPassing({ extensions }: GraphQLFormattedError): boolean {
  return passingCodes.has(String(extensions?.code)) || Number(extensions?.retryAfter) > 0;
}

function codeOf({ extensions }: GraphQLFormattedError): string {
  return String(extensions?.code ?? 'UNKNOWN');
}
