/** The parts of a fault that say what it is; which of them are there depends on the layer that noticed it. */
interface Fault {
  /** Prisma's code, or the system's. */
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  /** GraphQL's name for the cause. */
  originalError?: unknown;
  /** What the driver adapter told Prisma. */
  meta?: { driverAdapterError?: { cause?: { kind?: string; originalCode?: string } } };
}

const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037']);
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
const adapterKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
]);

// https://www.postgresql.org/docs/18/errcodes-appendix.html: connection exceptions, too many connections, and
// shutdown, crash or start of the server.
const sqlStates = /^(08...|53300|57P0[1235])$/;

// Plain errors of `pg`, which Prisma passes on as they are, and Prisma's own when the pool gives no connection in time.
const driverMessages =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)|Unable to start a transaction in the given time/;

/**
 * Whether an error says that the database cannot be reached now, or has ended the connection: from Prisma, from its
 * driver adapter or from the `pg` driver underneath, directly or as a cause.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, cause, originalError, meta } = error as Fault;
  if (typeof code === 'string' && (prismaCodes.has(code) || systemCodes.has(code) || sqlStates.test(code)))
    return true;
  if (typeof message === 'string' && driverMessages.test(message)) return true;
  const fault = meta?.driverAdapterError?.cause;
  if (adapterKinds.has(fault?.kind ?? '') || sqlStates.test(fault?.originalCode ?? '')) return true;
  return isDatabaseAway(cause) || isDatabaseAway(originalError);
}

/**
 * PostgreSQL's own code for what went wrong in a query that Prisma sent, if that is where the error comes from.
 *
 * @see https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
export function sqlStateOf(error: unknown): string | undefined {
  return (error as Fault | undefined)?.meta?.driverAdapterError?.cause?.originalCode;
}

/**
 * The outcome of a write; or what `taken` says, when there is a row with the same unique values already. Of two at the same
 * moment both may have found them free: the database's own keys decide.
 */
export async function unlessTaken<Written, Refused>(
  write: () => Promise<Written>,
  taken: () => Refused,
): Promise<Written | Refused> {
  try {
    return await write();
  } catch (error) {
    // https://www.prisma.io/docs/orm/reference/error-reference#p2002
    if ((error as Fault | null)?.code === 'P2002') return taken();
    throw error;
  }
}
