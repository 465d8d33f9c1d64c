const shape = /^(\d{1,19})(?:-(\d{1,19}))?$/;

/** Whether cursors like this one have an order: positions (`42`) and entry ids (`1700000000000-0`) do. */
export function isOrdered(cursor: string): boolean {
  return shape.test(cursor);
}

/** Below 0 when `a` is before `b`, 0 when they are the same place; both must be ordered. */
export function compareCursors(a: string, b: string): number {
  if (a === b) return 0;
  const [, aMain = '0', aSub = '0'] = shape.exec(a)!;
  const [, bMain = '0', bSub = '0'] = shape.exec(b)!;
  return compareIntegers(aMain, bMain) || compareIntegers(aSub, bSub);
}

function compareIntegers(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  // Beyond 2 ** 53 numbers that differ may look the same.
  if (Number.isSafeInteger(Number(a)) && Number.isSafeInteger(Number(b))) return difference;
  return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
}
