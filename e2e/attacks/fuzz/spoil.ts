import type { Dice } from './dice.ts';

const token = /"(?:\\.|[^"\\])*"|\.\.\.|[A-Za-z_]\w*|-?\d[\d.eE]*|[^\s]/g;
const strangers = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ':',
    '=',
    '!',
    '@',
    '$',
    '|',
    '&',
    '...',
    '#',
    '"""',
    '"',
    ',',
    '\ufeff',
    '\\',
    '?',
  ],
  ...[
    'query',
    'mutation',
    'subscription',
    'fragment',
    'on',
    'null',
    'true',
    '1',
    '-1',
    '1e999',
    '"text"',
    '$v0',
    '$nowhere',
  ],
  ...[
    '__typename',
    '__schema',
    '__type',
    '_entities',
    '_service',
    'Query',
    'User',
    'Node',
    'id',
    'nodes',
    'a: id',
    'type',
    'extend',
  ],
  ...[
    '@skip(if: true)',
    '@include(if: $no)',
    '@defer',
    '@deprecated',
    '@stream',
    '@nowhere(a: 1)',
    '...F',
    '... on Nowhere',
  ],
];

/** A document with a few tokens taken out, doubled, exchanged or put in: nearly valid, as those of people are. */
export function spoilDocument(dice: Dice, document: string): string {
  const tokens = document.match(token) ?? [];
  for (let change = 1 + dice.below(3); change > 0; change--) {
    const at = dice.below(tokens.length + 1);
    const how = dice.below(5);
    if (how === 0) tokens.splice(at, 1);
    else if (how === 1) tokens.splice(at, 0, tokens[at] ?? '}');
    else if (how === 2) tokens.splice(at, 1, dice.pick(tokens));
    else if (how === 3) tokens.splice(at, 1, dice.pick(strangers));
    else tokens.splice(at, 0, dice.pick(strangers));
  }
  return tokens.join(' ');
}

/** Bytes of which some are others, gone or more. */
export function spoilBytes(dice: Dice, bytes: Uint8Array): Buffer {
  let spoilt = Buffer.from(bytes);
  for (let change = 1 + dice.below(4); change > 0; change--) {
    const at = dice.below(spoilt.length + 1);
    const [before, after] = [spoilt.subarray(0, at), spoilt.subarray(at)];
    const how = dice.below(4);
    if (how === 0 && at < spoilt.length) spoilt[at] = dice.below(256);
    else if (how === 1) spoilt = Buffer.concat([before, after.subarray(1 + dice.below(8))]);
    else if (how === 2) spoilt = Buffer.concat([before, Buffer.from([dice.below(256)]), after]);
    else spoilt = Buffer.concat([before, before.subarray(-(1 + dice.below(20))), after]);
  }
  return spoilt;
}
