import { GraphQLError, GraphQLScalarType, type ValueNode } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

const standard = GraphQLDateTimeISO.toConfig();

// RFC 3339 has a year 0; PostgreSQL, whose calendar goes from 1 BC to AD 1, has none.
function inCalendar(moment: Date): Date {
  if (moment.getUTCFullYear() >= 1) return moment;
  throw new GraphQLError('DateTime must not lie before the year 1.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

/**
 * A moment as RFC 3339 writes it. In: a `Date` of the year 1 or later; out: text, for in one process with the gateway
 * there is no JSON between that would make it so.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  ...standard,
  name: 'DateTime',
  parseValue: (value) => inCalendar(standard.parseValue(value)),
  parseLiteral: (node: ValueNode, variables) => inCalendar(standard.parseLiteral(node, variables)),
});
