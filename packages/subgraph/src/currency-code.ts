import { GraphQLScalarType, Kind } from 'graphql';
import { badUserInput } from './errors.ts';

// ISO 4217 as the runtime's ICU knows it: the currencies in use, kept up to date with Node.
const codes = new Set(Intl.supportedValuesOf('currency'));

/** The three upper-case letters of an ISO 4217 currency. */
export const CurrencyCode = new GraphQLScalarType<string, string>({
  name: 'CurrencyCode',
  description: 'A currency by its ISO 4217 code, such as "EUR".',
  specifiedByURL: 'https://www.iso.org/iso-4217-currency-codes.html',
  serialize: (value) => {
    if (!codes.has(String(value))) throw new TypeError(`${value} is not a currency code.`);
    return String(value);
  },
  parseValue,
  parseLiteral: (node) => parseValue(node.kind === Kind.STRING ? node.value : undefined),
});

function parseValue(value: unknown): string {
  if (typeof value === 'string' && codes.has(value)) return value;
  throw badUserInput('Expected an ISO 4217 currency code in upper case, such as "EUR".');
}
