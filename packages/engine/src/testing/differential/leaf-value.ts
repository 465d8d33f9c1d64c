import { choose, hash } from './hash.ts';

/** Texts that break whoever concatenates JSON, escapes too little or takes data for structure. */
const texts = [
  'plain',
  '',
  '"quoted"',
  'back\\slash',
  'line\nbreak',
  'é 漢 😀',
  '\u2028',
  '__typename',
  'null',
  '</script>',
];

const anything = [
  null,
  true,
  0,
  'text',
  [],
  {},
  [1, [2, [null]]],
  { __typename: 'Query', id: 'x', errors: [{ message: 'none' }] },
  { data: null, a: { b: { c: [] } } },
];

/** A value of a scalar; scalars that are not built in take any JSON. */
export function leafValue(
  type: string,
  parts: readonly (string | number)[],
): string | number | boolean | object {
  const number = hash('leaf', ...parts);
  if (type === 'Int') return (number % 2_000_001) - 1_000_000;
  if (type === 'Float') return (number % 10_000) / 8;
  if (type === 'Boolean') return number % 2 === 1;
  if (type === 'ID') return `id ${number % 100_000}`;
  if (type === 'String') return `${choose(texts, 'text', ...parts)}${number % 1_000}`;
  return choose(anything, 'json', ...parts) ?? { number };
}
