import { GraphQLScalarType, Kind } from 'graphql';
import { badUserInput } from './errors.ts';

const decimal = /^-?(0|[1-9]\d{0,27})(\.\d{1,18})?$/;

/** An exact decimal number, a string in JSON: a float would lose cents. */
export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'An exact decimal number as a string, such as "19.90".',
  serialize: (value) => {
    // Prisma's Decimal prints with an exponent from 1e21 on; toFixed() never does.
    const text = hasToFixed(value) ? value.toFixed() : String(value);
    if (!decimal.test(text)) throw new TypeError(`${text} is not a decimal number.`);
    return text;
  },
  parseValue,
  parseLiteral: (node) => {
    if (node.kind !== Kind.STRING) throw expected('a number literal');
    return parseValue(node.value);
  },
});

function hasToFixed(value: unknown): value is { toFixed(): string } {
  return typeof value === 'object' && value !== null && 'toFixed' in value;
}

function parseValue(value: unknown): string {
  if (typeof value !== 'string' || !decimal.test(value)) throw expected(JSON.stringify(value));
  return value;
}

function expected(given: string) {
  return badUserInput(`Expected a decimal number as a string, such as "19.90", and got ${given}.`);
}
