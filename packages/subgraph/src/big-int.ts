import { GraphQLScalarType, Kind } from 'graphql';
import { badUserInput } from './errors.ts';

const integer = /^-?(0|[1-9]\d{0,39})$/;

/** A whole number of any size, always a string in JSON, whose numbers lose digits beyond 2^53. */
export const BigIntText = new GraphQLScalarType<bigint, string>({
  name: 'BigInt',
  description: 'A whole number of any size as a string, such as "9007199254740993".',
  serialize: (value) => BigInt(value as string).toString(),
  parseValue,
  parseLiteral: (node) =>
    parseValue(node.kind === Kind.STRING || node.kind === Kind.INT ? node.value : undefined),
});

function parseValue(value: unknown): bigint {
  if (typeof value === 'string' && integer.test(value)) return BigInt(value);
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw badUserInput('Expected a whole number as a string, such as "9007199254740993".');
}
