import { badUserInput, codedError, serviceUnavailable } from '@kronos/subgraph';
import pg from 'pg';
import { QueryFault } from './filters.ts';

/**
 * What a client sees of a statement that failed: what it can mend, or that it took too long. Other errors are passed on as they
 * are: `defineSubgraph` knows when a database is away, and masks the rest.
 *
 * @param statement whose words the client may see: its own, in `sqlQuery`
 */
export function toClientError(error: unknown, statement: 'ours' | 'theirs' = 'ours'): unknown {
  if (error instanceof QueryFault)
    return badUserInput(error.message, { field: ['input', ...error.path].join('.'), ...error.details });
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = '', message, position, hint } = error;
  if (code === '57014' || code === '55P03')
    return codedError('GATEWAY_TIMEOUT', 'The database took too long to answer.', { retryAfter: 1 });
  if (code === '42P01' && statement === 'ours')
    return serviceUnavailable('The table is not there yet: its domain has not been migrated.', 30);
  if (statement === 'ours')
    return /^22/.test(code) ? badUserInput(`The database refuses a value: ${message}.`) : error;
  const details = { sqlState: code, ...(position && { position: Number(position) }), ...(hint && { hint }) };
  if (code === '42501') return codedError('FORBIDDEN', `${sentence(message)}`, { details });
  // What the statement is about: its syntax, names, values, and what a reader may not do (appendix A of PostgreSQL's manual).
  if (/^(08P01|0A|2[0-9A-F]|3[48]|42|44|54|55|P0)/.test(code))
    return badUserInput(sentence(message), details);
  return error;
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
