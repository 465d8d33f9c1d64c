import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import type { Dice } from './dice.ts';

/** Ids of things that exist, so that what is sent reaches as far as it can. */
export type KnownIds = readonly string[];

const nasty: readonly unknown[] = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udc00x',
    '\u202e',
    '\ufeff',
    '🏃‍♀️',
    'İ',
    'ﷺ'.repeat(50),
    '%',
    '_',
    '\\',
    "'",
    '"',
  ],
  ...[
    "'; DROP TABLE event; --",
    '{{7*7}}',
    '<script>',
    '../../etc/passwd',
    '\r\nset-cookie: a=b',
    '__proto__',
  ],
  ...[
    'x'.repeat(300),
    'x'.repeat(5_000),
    '9'.repeat(400),
    '0x10',
    '1e400',
    'NaN',
    '-0',
    '٣',
    'true',
    'null',
    '[object Object]',
  ],
  ...[0, -0, 1, -1, 1.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e308, 5e-324, true, false, null],
  ...[[], {}, [[]], [null], { a: { b: {} } }, { toString: 1 }, { constructor: {} }, { length: 1 }],
];

const moments = [
  '2027-01-15T18:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2027-02-30T00:00:00Z',
  '1',
];
const texts = ['Launch', 'a', 'two words', 'ä ö', 'Europe/Paris', 'user', 'premium', 'admin', 'x'.repeat(80)];

/** What a client might send for a scalar, by its name. */
const plausible: Record<string, (dice: Dice, ids: KnownIds) => unknown> = {
  Int: (dice) => dice.pick([0, 1, 2, 3, 5, 20, 100, 101, -1]),
  Float: (dice) => dice.pick([0, 0.5, 1, -2.25, 1e9]),
  Boolean: (dice) => dice.chance(0.5),
  ID: (dice, ids) => dice.pick(ids),
  String: (dice, ids) => (dice.chance(0.8) ? dice.pick(texts) : dice.pick(ids)),
  DateTime: (dice) => dice.pick(moments),
  EmailAddress: (dice) => dice.pick(['nobody@example.com', 'a@b.c', 'nobody']),
  URL: (dice) => dice.pick(['https://example.com/a?b#c', 'javascript:alert(1)', 'http://']),
  JSONObject: (dice) => dice.pick([{}, { a: 1 }, { deep: { er: [1, { x: null }] } }]),
  BigInt: (dice) => dice.pick([1, '1', '99999999999999999999']),
};

/** A value for an input type: mostly one that fits, now and then one that does not. */
export function generateValue(dice: Dice, type: GraphQLInputType, ids: KnownIds, depth = 0): unknown {
  if (dice.chance(0.04)) return dice.pick(nasty);
  if (isNonNullType(type)) return generateValue(dice, type.ofType, ids, depth);
  if (dice.chance(0.05)) return null;
  if (isListType(type))
    return Array.from({ length: dice.below(3) }, () => generateValue(dice, type.ofType, ids, depth + 1));
  if (isEnumType(type)) return dice.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => isRequiredInputField(field) || (depth < 3 && dice.chance(0.35)),
    );
    return Object.fromEntries(
      fields.map((field) => [field.name, generateValue(dice, field.type, ids, depth + 1)]),
    );
  }
  return (plausible[type.name] ?? plausible.String!)(dice, ids);
}
