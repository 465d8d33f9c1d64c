import { badUserInput, codedError, notFound } from '@kronos/subgraph';
import type { QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { countedStatements } from './statements.ts';

/** The statements that take the longest. */
export const slowQueries: QueryResolvers<Context>['slowQueries'] = async (
  _parent,
  { domain, first, orderBy },
  { databases },
) => {
  const most = first ?? 20;
  if (most < 1 || most > 100) throw badUserInput('Ask for 1 to 100 statements.');
  const one = domain != null ? databases.get(domain) : undefined;
  if (domain != null && !one) throw notFound('There is no such domain here.');
  const by = orderBy === 'TOTAL_TIME' ? 'total' : 'mean';
  const found = await countedStatements(one ? [one] : databases.all, by, most);
  if (found) return found;
  throw codedError(
    'NOT_SUPPORTED',
    'No server counts statements: it needs the extension pg_stat_statements.',
  );
};
